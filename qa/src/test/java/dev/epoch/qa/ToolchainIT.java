package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When {@code bin/lib/toolchain.sh} builds, in a checkout of its own with a fake Maven. */
@Timeout(60)
class ToolchainIT {

  @TempDir Path folder;
  private Path checkout;
  private Path source;
  private Shell shell;

  @BeforeEach
  void checkOut() throws IOException {
    checkout = folder.resolve("checkout");
    source = checkout.resolve("services/cli/src/main/java/Main.java");
    for (String module : List.of("event-schemas", "projections", "services/cli")) {
      Files.createDirectories(checkout.resolve(module));
    }
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class Main {}");
    Files.writeString(source.resolveSibling("Other.java"), "class Other {}");
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    // as Maven does it: folders for what is built, made beside the sources
    Path maven = folder.resolve("mvn");
    Files.writeString(
        maven,
        """
        #!/usr/bin/env bash
        echo built >>"%s/builds"
        cd "%s"
        mkdir -p services/cli/target services/target projections/target event-schemas/target
        touch services/cli/target/epoch-cli.jar
        """
            .formatted(folder, checkout));
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, String> variables = new LinkedHashMap<>(Checkout.javaHome());
    variables.put("MAVEN", maven.toString());
    shell = new Shell(checkout, variables);
  }

  @Test
  void whatWasBuiltIsNotBuiltAgain() throws IOException {
    build();
    build();

    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aSourceThatChangesCameOrWentIsBuilt() throws IOException {
    // given
    build();

    // when one changes during the build or after it
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
    build();

    // then
    assertThat(builds()).isEqualTo(2);

    // when one comes that is older than the last build, as from an archive
    Files.setLastModifiedTime(source, FileTime.from(Instant.EPOCH));
    Path unpacked = Files.writeString(source.resolveSibling("Unpacked.java"), "class Unpacked {}");
    Files.setLastModifiedTime(unpacked, FileTime.from(Instant.EPOCH));
    build();

    // then
    assertThat(builds()).isEqualTo(3);

    // when one goes
    Files.delete(source);
    build();

    // then
    assertThat(builds()).isEqualTo(4);
  }

  private void build() {
    shell
        .bash(
            "root=$PWD; source '%s'; find_jdk; build 'the command line' services/cli"
                .formatted(Checkout.ROOT.resolve("bin/lib/toolchain.sh")))
        .ok();
  }

  private long builds() throws IOException {
    return Files.readAllLines(folder.resolve("builds")).size();
  }
}
