package dev.epoch.api.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.engine.state.CommitSchema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a commit records of the schemas of one of its databases. */
@Schema(name = "SchemaRecord")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SchemaRecordView(
    @Schema(description = "Name of the storage") String storage,
    @Schema(description = "Whether the schemas could be read") boolean available,
    @Schema(description = "SHA-256 over all objects") String schemaHash,
    Long objects,
    @Schema(description = "Whether they were read long after the commit") boolean backfilled) {

  /** Null for a commit that records none. */
  public static List<SchemaRecordView> of(CommitSchema recorded) {
    if (recorded == null) {
      return null;
    }
    List<SchemaRecordView> views = new ArrayList<>();
    recorded
        .schemas()
        .forEach((storage, schema) ->
            views.add(
                new SchemaRecordView(
                    storage,
                    true,
                    schema.schema().hex(),
                    schema.objects(),
                    recorded.backfilled())));
    recorded
        .unavailable()
        .forEach(storage ->
            views.add(new SchemaRecordView(storage, false, null, null, recorded.backfilled())));
    views.sort(Comparator.comparing(SchemaRecordView::storage));
    return views;
  }
}
