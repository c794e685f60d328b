package dev.epoch.server.embedded;

import dev.epoch.server.StartRefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second server out of a data directory. The operating system lets go of the lock when its
 * process ends, however that comes about.
 */
final class DataDirectoryLock implements AutoCloseable {

  private final FileChannel channel;

  private DataDirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks the directory.
   *
   * @throws StartRefusedException when another server has it
   */
  static DataDirectoryLock acquire(Path directory) throws IOException {
    Path file = directory.resolve("epoch.lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw new StartRefusedException(
            "Another Epoch server (process %s) uses the data directory %s. Stop it, or set EPOCH_DATA_DIR to another directory."
                .formatted(Files.readString(file).strip(), directory));
      }
      channel.truncate(0);
      byte[] process = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
      channel.write(ByteBuffer.wrap(process));
      return new DataDirectoryLock(channel);
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
