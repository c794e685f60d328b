package dev.epoch.api.schema;

import jakarta.validation.constraints.NotBlank;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /schema/clone}. */
@Schema(name = "CloneSchema")
public record CloneSchema(
    @Schema(description = "Schema of a database", examples = "public") @NotBlank String schema,
    @Schema(description = "Name of the new schema", examples = "shop_copy") @NotBlank String into,
    @Schema(description = "Name of the storage; needed where registered tables are in several")
        String storage,
    @Schema(description = "Tell the statements only") Boolean dryRun) {}
