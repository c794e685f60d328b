package dev.epoch.api.answer;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Short answers that say what was done. */
public final class Done {
  private Done() {}

  /** Something was done. */
  @Schema(name = "Done")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Status(String status, String name, String table) {
    public static Status of(String status) {
      return new Status(status, null, null);
    }

    public static Status named(String status, String name) {
      return new Status(status, name, null);
    }

    public static Status ofTable(String status, String table) {
      return new Status(status, null, table);
    }
  }

  /** So many tables were staged or unstaged. */
  @Schema(name = "Staged")
  public record Staged(String status, int count) {}

  /** What a write did, in records. */
  @Schema(name = "Written")
  public record Written(long inserted, long updated, long deleted, long unchanged) {}
}
