package dev.epoch.client.record;

import dev.epoch.client.transport.Transport;
import java.io.FilterReader;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Records or changes as text, read while they come; close it. */
public final class RecordText extends FilterReader {
  private static final String LOST = "X-Epoch-Lost";

  private final List<String> lost;

  RecordText(Transport.Streamed answer) {
    super(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    lost = lost(answer);
  }

  static List<String> lost(Transport.Streamed answer) {
    return answer.headers().allValues(LOST).stream()
        .flatMap(names -> Arrays.stream(names.split(",")))
        .map(name -> URLDecoder.decode(name, StandardCharsets.UTF_8))
        .toList();
  }

  /** Columns whose values are not known any more where they are null. */
  public List<String> lost() {
    return lost;
  }
}
