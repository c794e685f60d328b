package dev.epoch.api.storage;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code PATCH /storage/{name}}: what is left out stays. */
@Schema(name = "ChangeStorage")
public record ChangeStorage(
    @Schema(description = "Settings that replace those of the same names")
        Map<String, JsonNode> config,
    String description,
    @Schema(description = "Whether it may be used") Boolean enabled,
    @JsonProperty("default") @Schema(description = "Whether tables without storage go here")
        Boolean isDefault) {}
