package dev.epoch.client.record;

import dev.epoch.client.transport.Transport;
import java.io.FilterInputStream;
import java.util.List;

/** Records as a file, read while it comes; close it. */
public final class RecordBytes extends FilterInputStream {
  private final List<String> lost;

  RecordBytes(Transport.Streamed answer) {
    super(answer.body());
    lost = RecordText.lost(answer);
  }

  /** Columns whose values are not known any more where they are null. */
  public List<String> lost() {
    return lost;
  }
}
