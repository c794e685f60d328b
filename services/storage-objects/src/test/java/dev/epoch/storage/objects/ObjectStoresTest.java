package dev.epoch.storage.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.location.FileRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectStoresTest {
  @TempDir Path folder;

  private final ObjectStores stores = new ObjectStores(Surroundings.ANYTHING);

  @Test
  void opensFolders() throws IOException {
    Path data = folder.resolve("data");
    try (ObjectStore store = stores.open("file://" + data, Map.of())) {
      store.put("a", ObjectContent.of(new byte[] {1}));
    }
    assertThat(data.resolve("a")).exists();
    try (ObjectStore store =
        stores.openStorage("local", Map.of("path", data.toString(), "prefix", "/lake/events/"))) {
      store.put("b", ObjectContent.of(new byte[] {1}));
      assertThat(store.list("", "").next().key()).isEqualTo("b");
      store.check();
    }
    assertThat(data.resolve("lake/events/b")).exists();
  }

  @Test
  void aFolderThatIsNotThereIsMadeOrNot() {
    Map<String, String> settings =
        Map.of("path", folder.resolve("none").toString(), "create_dirs", "false");
    assertThatThrownBy(() -> stores.openStorage("local", settings))
        .isInstanceOf(ObjectStoreException.class)
        .hasMessageContaining("no folder");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void foldersElsewhereAreRefused() throws IOException {
    Path allowed = Files.createDirectory(folder.resolve("allowed"));
    ObjectStores limited =
        new ObjectStores(
            new Surroundings(
                AddressRules.of(false, List.of()),
                FileRoots.of(false, List.of(allowed)),
                name -> null));

    limited.open("file://" + allowed.resolve("x"), Map.of()).close();
    assertThatThrownBy(() -> limited.open("file://" + folder.resolve("y"), Map.of()))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("opens no files");
    assertThat(folder.resolve("y")).doesNotExist();
  }

  @Test
  void aSettingThatNothingReadsIsRefused() {
    assertThatThrownBy(() -> stores.openStorage("local", Map.of("path", "/tmp", "colour", "red")))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("no setting 'colour'");
  }

  @Test
  void aLocationOfAnotherStorageIsRefused() {
    assertThatThrownBy(() -> stores.open("file:///one", Map.of("path", "/other")))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("'/one'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file://relative", "ftp://host/x", "nothing", ""})
  void whatIsNoLocationIsRefused(String url) {
    assertThatThrownBy(() -> stores.open(url, Map.of())).isInstanceOf(BadLocationException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/../b", "..", "a//b"})
  void prefixesThatLeadElsewhereAreRefused(String prefix) {
    assertThatThrownBy(
            () -> stores.openStorage("local", Map.of("path", folder.toString(), "prefix", prefix)))
        .isInstanceOf(BadLocationException.class);
  }

  @Test
  void locationsOfBucketsAreTakenApart() {
    BucketUrl url =
        BucketUrl.parse("azure://account/container/a b/c%20d/", List.of("azure"), 2, "form");
    assertThat(url.names()).containsExactly("account", "container");
    assertThat(url.prefix()).isEqualTo("a b/c%20d/");
    assertThat(BucketUrl.parse("s3://b", List.of("s3"), 1, "form").prefix()).isEmpty();
    for (String wrong :
        List.of("s3://", "s3:///a", "s3://key:secret@b/a", "s3://b/a?region=x", "s3://b/../a")) {
      assertThatThrownBy(() -> BucketUrl.parse(wrong, List.of("s3"), 1, "s3://bucket/prefix"))
          .as(wrong)
          .isInstanceOf(BadLocationException.class);
    }
  }
}
