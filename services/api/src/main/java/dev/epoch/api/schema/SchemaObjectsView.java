package dev.epoch.api.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** All objects of the schemas of the repository's databases. */
@Schema(name = "SchemaObjects")
public record SchemaObjectsView(List<Database> databases) {

  /** The objects of one database. */
  @Schema(name = "DatabaseObjects")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Database(
      @Schema(description = "Name of the storage") String storage,
      @Schema(description = "live, or the id of the commit that records them") String source,
      @Schema(description = "Whether they were read long after that commit") boolean backfilled,
      @Schema(description = "SHA-256 over all objects") String schemaHash,
      List<ObjectView> objects) {}

  /** An object. */
  @Schema(name = "SchemaObject")
  public record ObjectView(
      @Schema(description = "table, view, materialized view, function, enum ...") String kind,
      String schema,
      String name,
      @Schema(description = "SHA-256; order of columns and white space do not count") String hash,
      @Schema(description = "What it needs: kind and name") List<String> dependsOn,
      @Schema(description = "All that it is", implementation = Object.class) JsonNode definition) {}
}
