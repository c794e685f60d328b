package dev.epoch.api.validation;

import dev.epoch.gateway.validation.Validation;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What reading a commit anew has shown. */
@Schema(name = "Validation")
public record ValidationView(
    @Schema(description = "Whether everything was read, and is as the commit says") boolean valid,
    @Schema(description = "Of the commit") String commitId,
    @Schema(description = "What its parents, tables, author, message and time give")
        String computedId,
    List<Table> tables) {

  /** A table of the commit. */
  @Schema(name = "ValidationTable")
  public record Table(
      String table,
      @Schema(
              description = "pruned: its rows were cleaned up, so that nothing can be said",
              enumeration = {"valid", "different", "pruned"})
          String outcome,
      @Schema(description = "What is wrong; null if nothing is") String problem,
      Content expected,
      @Schema(description = "What was read; null if it is pruned") Content found) {}

  /** What hashes are made of. */
  @Schema(name = "ValidationContent")
  public record Content(long rowCount, String contentHash, String schemaHash) {

    static Content of(Validation.Content content) {
      return content == null
          ? null
          : new Content(content.rows(), content.content().hex(), content.schema().hex());
    }
  }

  static ValidationView of(Validation validation) {
    return new ValidationView(
        validation.valid(),
        validation.commit().id(),
        validation.computedId(),
        validation.tables().stream()
            .map(table ->
                new Table(
                    table.name(),
                    table.outcome().name().toLowerCase(Locale.ROOT),
                    table.problem(),
                    Content.of(table.expected()),
                    Content.of(table.found())))
            .toList());
  }
}
