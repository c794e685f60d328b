package dev.epoch.cli.command.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Output;
import dev.epoch.cli.text.SchemaImpactText;
import java.util.Locale;

/** A change of a schema, or what it would be, as lines. */
final class SchemaRun {
  private SchemaRun() {}

  /**
   * @param dry whether nothing was run
   * @param nothing what to say where there is nothing to do
   */
  static ExitCode show(Output output, JsonNode answer, boolean dry, String nothing) {
    boolean failed = answer.path("state").asText().equals("failed");
    if (output.json()) {
      output.json(answer);
    } else if (dry) {
      dryRun(output, answer, nothing);
    } else {
      progress(output, answer, nothing);
    }
    return failed ? ExitCode.CONFLICT : ExitCode.OK;
  }

  private static void dryRun(Output output, JsonNode answer, String nothing) {
    output.line("Dry-run mode - no changes will be applied");
    output.line("");
    if (answer.path("statements").isEmpty()) {
      output.line(nothing);
      return;
    }
    output.line("Statements to execute:");
    int number = 1;
    for (JsonNode statement : answer.path("statements")) {
      output.line("  " + number++ + ". " + statement.path("sql").asText());
      if (statement.hasNonNull("error")) {
        output.line("     fails: " + statement.path("error").asText());
      }
    }
    if (!answer.path("warnings").isEmpty()) {
      output.line("");
      output.line("Warnings:");
      for (JsonNode warning : answer.path("warnings")) {
        output.line(
            "  - %s: %s (%s)"
                .formatted(
                    warning.path("operation").asText(),
                    warning.path("object").asText(),
                    warning.path("description").asText()));
      }
    }
    if (!answer.path("impact").isEmpty()) {
      output.line("");
      output.line("Estimated impact:");
      for (JsonNode impact : answer.path("impact")) {
        if (answer.path("impact").size() > 1) {
          output.line("  Table: " + impact.path("table").asText());
        }
        output.line("  Table size: " + SchemaImpactText.size(impact.path("bytes").asLong()));
        output.line(
            "  Row count: " + String.format(Locale.ROOT, "%,d", impact.path("rows").asLong()));
        if (impact.hasNonNull("recommendation")) {
          output.line("  Recommended: " + impact.path("recommendation").asText());
        }
      }
    }
  }

  private static void progress(Output output, JsonNode answer, String nothing) {
    if (answer.path("statements").isEmpty()) {
      output.confirm(nothing);
      return;
    }
    output.line(
        "Schema change %s: %s"
            .formatted(answer.path("operation_id").asText(), answer.path("state").asText()));
    for (JsonNode statement : answer.path("statements")) {
      output.line(
          "  %-7s  %s".formatted(statement.path("state").asText(), statement.path("sql").asText()));
      if (statement.hasNonNull("error")) {
        output.line("           " + statement.path("error").asText());
      }
    }
  }
}
