package dev.epoch.api.schema;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /schema/backfill}. */
@Schema(name = "BackfillSchemas")
public record BackfillSchemas(
    @Schema(description = "Only the databases of these tables; all if none are given")
        @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> tables,
    @Schema(description = "Only commits made at or after") Instant since,
    @Schema(description = "Mark databases that cannot be reached, and go on")
        Boolean skipInaccessible,
    @Schema(description = "Only tell what would be done") Boolean dryRun) {}
