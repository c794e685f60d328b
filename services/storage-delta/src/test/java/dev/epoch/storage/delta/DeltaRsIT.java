package dev.epoch.storage.delta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.disk.DiskObjectStore;
import dev.epoch.storage.objects.testing.Programs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A table that delta-rs writes by appends, deletions, updates, MERGE, schema evolution, compaction,
 * Z-order, overwriting and restoring, with checkpoints, reads at each version as delta-rs reads it.
 */
@Tag("nightly")
@Timeout(1_200)
class DeltaRsIT {
  private static final Path PROGRAMS = Path.of("src/test/python").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void eachVersionIsReadAsItsWriterReadsIt() throws Exception {
    // given
    Path python = Programs.python("deltalake-1.6.6", "deltalake==1.6.6", "pyarrow==26.0.1");
    Path out = folder.resolve("out");
    Process writer =
        new ProcessBuilder(
                python.toString(), "-B", "written.py", folder.resolve("lake/events").toString())
            .directory(PROGRAMS.toFile())
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    assertThat(writer.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(writer.exitValue()).as(Files.readString(folder.resolve("errors"))).isZero();
    List<String> versions = Files.readAllLines(out, StandardCharsets.UTF_8);

    try (ObjectStore store = new DiskObjectStore(folder.resolve("lake"))) {
      DeltaTables tables = new DeltaTables(store);

      // then
      assertThat(versions).hasSizeGreaterThan(20);
      for (String line : versions) {
        String[] expected = line.split("\t");
        DeltaVersion version = tables.at("events", Long.parseLong(expected[0]));
        assertThat(RowDigest.of(version))
            .as(line)
            .isEqualTo(new RowDigest(Long.parseLong(expected[1]), expected[2]));
      }
      assertThat(tables.latest("events").number()).isEqualTo(versions.size() - 1);
      assertThat(tables.latest("events").partitionColumns()).containsExactly("part");
    }
  }
}
