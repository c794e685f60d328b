package dev.epoch.api.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /tables/{table}/records}. */
@Schema(name = "WriteRecords")
public record WriteRecords(
    @Schema(description = "Records to insert, or whose given columns to update")
        List<Map<String, JsonNode>> upsert,
    @Schema(description = "Keys of records to delete") List<Map<String, JsonNode>> delete) {}
