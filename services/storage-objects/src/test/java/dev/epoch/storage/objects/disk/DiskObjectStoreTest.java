package dev.epoch.storage.objects.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.objects.AbstractObjectStoreTests;
import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskObjectStoreTest extends AbstractObjectStoreTests {
  @TempDir Path folder;

  @Override
  protected ObjectStore open() throws IOException {
    return new DiskObjectStore(Files.createDirectory(folder.resolve("store")));
  }

  @Test
  void otherProgramsFindPlainFiles() throws IOException {
    store.put("events/part-1.parquet", ObjectContent.of(new byte[] {1, 2}));
    Files.write(folder.resolve("store/events/part-2.parquet"), new byte[] {3});

    assertThat(folder.resolve("store/events/part-1.parquet")).hasBinaryContent(new byte[] {1, 2});
    assertThat(store.read("events/part-2.parquet", 0, 9)).containsExactly(3);
    try (Stream<Path> files = Files.list(folder.resolve("store/events"))) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void linksLeadNowhere() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createSymbolicLink(folder.resolve("store/link"), secret);
    Files.createSymbolicLink(folder.resolve("store/out"), outside);

    for (String key : List.of("link", "out/new")) {
      assertThatThrownBy(() -> store.put(key, ObjectContent.of(new byte[1])))
          .isInstanceOfSatisfying(
              ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DENIED));
      assertThatThrownBy(() -> store.read(key, 0, 1)).isInstanceOf(ObjectStoreException.class);
    }
    assertThat(store.list("", "").hasNext()).isFalse();
    assertThat(secret).hasContent("secret");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void aFolderThatIsNotThereIsSaid() throws IOException {
    assertThatThrownBy(() -> new DiskObjectStore(folder.resolve("none")))
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_STORE));
    Files.deleteIfExists(folder.resolve("store"));
    assertThatThrownBy(() -> store.check())
        .isInstanceOfSatisfying(
            ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_STORE));
  }

  @Test
  void namesOfItsOwnAreRefused() {
    assertThatThrownBy(() -> store.put("a/.epoch-x", ObjectContent.of(new byte[1])))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
