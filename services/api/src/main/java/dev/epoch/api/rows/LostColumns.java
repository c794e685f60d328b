package dev.epoch.api.rows;

import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import jakarta.ws.rs.core.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which columns of an answer read null though their commits had values, which nobody has any more.
 */
public final class LostColumns {
  /** Names, URL-encoded each, joined by commas; on answers that have no place for them. */
  private static final String HEADER = "X-Epoch-Lost";

  private LostColumns() {}

  /** Of any of these states of a table, by name. */
  public static List<String> of(ReadService reads, String table, Snapshot... snapshots) {
    TreeSet<String> lost = new TreeSet<>();
    for (Snapshot snapshot : snapshots) {
      lost.addAll(reads.lost(snapshot, table));
    }
    return List.copyOf(lost);
  }

  /** The answer, with the columns if there are any. */
  public static Response told(Response.ResponseBuilder answer, List<String> lost) {
    return lost.isEmpty()
        ? answer.build()
        : answer
            .header(
                HEADER,
                lost.stream()
                    .map(column -> URLEncoder.encode(column, StandardCharsets.UTF_8))
                    .collect(Collectors.joining(",")))
            .build();
  }
}
