package dev.epoch.storage.delta.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.delta.DeltaTables;
import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.disk.DiskObjectStore;
import io.delta.kernel.Operation;
import io.delta.kernel.Table;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterable;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectFileIOTest {
  private static final int WRITERS = 16;

  @TempDir Path folder;

  private ObjectStore store;
  private ObjectFileIO files;

  @BeforeEach
  void open() throws IOException {
    store = new DiskObjectStore(folder);
    files = new ObjectFileIO(store);
  }

  private void put(String... keys) throws IOException {
    for (String key : keys) {
      store.put(key, ObjectContent.of(key.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private List<String> names(String from) throws IOException {
    List<String> names = new ArrayList<>();
    try (CloseableIterator<FileStatus> found = files.listFrom(ObjectFileIO.path(from))) {
      found.forEachRemaining(status -> names.add(status.getPath()));
    }
    return names;
  }

  @Test
  void listsOneDirectoryFromANameOn() throws IOException {
    put(
        "t/log/0",
        "t/log/1",
        "t/log/1a/x/y",
        "t/log/10",
        "t/log/2/x",
        "t/log/2/y",
        "t/log/3",
        "t/z");

    assertThat(names("t/log/1"))
        .containsExactly("epoch:/t/log/1", "epoch:/t/log/10", "epoch:/t/log/3");
    assertThat(names("t/log/0")).hasSize(4).first().isEqualTo("epoch:/t/log/0");
    assertThat(names("t/log/11")).containsExactly("epoch:/t/log/3");
    assertThat(names("t/log/9")).isEmpty();
    assertThatThrownBy(() -> names("t/none/0")).isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void aCommitIsWrittenOnce() throws IOException {
    String path = ObjectFileIO.path("t/_delta_log/0.json");
    files
        .newOutputFile(path)
        .writeAtomically(Utils.toCloseableIterator(List.of("{}", "{}").iterator()), false);

    assertThat(folder.resolve("t/_delta_log/0.json")).hasContent("{}\n{}\n");
    assertThatThrownBy(() ->
            files
                .newOutputFile(path)
                .writeAtomically(Utils.singletonCloseableIterator("other"), false))
        .isInstanceOf(FileAlreadyExistsException.class);
    files.newOutputFile(path).writeAtomically(Utils.singletonCloseableIterator("other"), true);
    assertThat(folder.resolve("t/_delta_log/0.json")).hasContent("other\n");
  }

  @Test
  void whatIsWrittenIsReadAtAnyPlace() throws IOException {
    byte[] bytes = new byte[3 * 1024 * 1024 + 5];
    new Random(1).nextBytes(bytes);
    String path = ObjectFileIO.path("t/part.parquet");
    try (PositionOutputStream out = files.newOutputFile(path).create(true)) {
      out.write(bytes[0]);
      out.write(bytes, 1, bytes.length - 1);
      assertThat(out.getPos()).isEqualTo(bytes.length);
      assertThat(store.find("t/part.parquet")).isEmpty();
    }
    assertThatThrownBy(() -> files.newOutputFile(path).create(true).close())
        .isInstanceOf(FileAlreadyExistsException.class);

    try (SeekableInputStream in = files.newInputFile(path, 0).newStream()) {
      Random random = new Random(2);
      for (int i = 0; i < 50; i++) {
        int from = random.nextInt(bytes.length);
        int length = random.nextInt(Math.min(bytes.length - from, 2 * 1024 * 1024));
        in.seek(from);
        byte[] read = new byte[length];
        in.readFully(read, 0, length);
        assertThat(read).isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
        assertThat(in.getPos()).isEqualTo(from + length);
        assertThat(in.read()).isEqualTo(bytes[from + length] & 0xff);
      }
      in.seek(bytes.length);
      assertThat(in.read()).isEqualTo(-1);
      assertThatThrownBy(() -> in.readFully(new byte[1], 0, 1)).isInstanceOf(EOFException.class);
      assertThatThrownBy(() -> in.seek(bytes.length + 1)).isInstanceOf(EOFException.class);
    }
    assertThatThrownBy(() -> files.newInputFile(ObjectFileIO.path("none"), 0).newStream())
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void filesAreCopiedAndDeleted() throws IOException {
    put("a", "b");
    assertThatThrownBy(() -> files.copyFileAtomically("epoch:/a", "epoch:/b", false))
        .isInstanceOf(FileAlreadyExistsException.class);
    files.copyFileAtomically("epoch:/a", "epoch:/c", false);
    files.copyFileAtomically("epoch:/a", "epoch:/b", true);
    assertThat(folder.resolve("b")).hasContent("a");
    assertThat(folder.resolve("c")).hasContent("a");
    assertThat(files.delete("epoch:/a")).isTrue();
    assertThat(files.delete("epoch:/a")).isFalse();
    assertThatThrownBy(() -> files.getFileStatus("epoch:/a"))
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void pathsThatLeadElsewhereAreRefused() {
    for (String path : List.of("file:/etc/passwd", "/etc/passwd", "epoch:/a/../../b", "s3://b/x")) {
      assertThatThrownBy(() -> files.getFileStatus(path))
          .as(path)
          .isInstanceOf(ForeignFileException.class);
    }
  }

  /** Kernel writes its log and checkpoints through these files, and one of many writers wins. */
  @Test
  void oneOfManyMakesTheTable() throws Exception {
    Engine engine = DefaultEngine.create(files);
    Table table = Table.forPath(engine, ObjectFileIO.path("t"));
    CountDownLatch ready = new CountDownLatch(WRITERS);
    List<Future<Long>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      for (int i = 0; i < WRITERS; i++) {
        String column = "c" + i;
        all.add(
            threads.submit(() -> {
              ready.countDown();
              ready.await();
              return table
                  .createTransactionBuilder(engine, "test", Operation.CREATE_TABLE)
                  .withSchema(engine, new StructType().add(column, LongType.LONG))
                  .build(engine)
                  .commit(engine, CloseableIterable.emptyIterable())
                  .getVersion();
            }));
      }
    }
    List<String> winners = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      if (all.get(i).state() == Future.State.SUCCESS) {
        assertThat(all.get(i).get()).isZero();
        winners.add("c" + i);
      }
    }
    assertThat(winners).hasSize(1);
    table.checkpoint(engine, 0);
    assertThat(store.find("t/_delta_log/%020d.checkpoint.parquet".formatted(0))).isPresent();
    assertThat(new DeltaTables(store).latest("t").columns().getFirst().name())
        .isEqualTo(winners.getFirst());
  }
}
