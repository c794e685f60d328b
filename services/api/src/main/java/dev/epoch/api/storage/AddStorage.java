package dev.epoch.api.storage;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /storage}. */
@Schema(name = "AddStorage")
public record AddStorage(
    @NotNull @Size(min = 1) @Schema(examples = "warehouse") String name,
    @NotNull @Size(min = 1) @Schema(examples = "postgresql") String backend,
    @NotNull
        @Schema(
            description = "Settings of the backend; secrets among them are kept encrypted",
            examples = "{\"host\": \"db.example.com\", \"database\": \"warehouse\"}")
        Map<String, JsonNode> config,
    @Schema(description = "For people") String description,
    @JsonProperty("default") @Schema(description = "Whether tables without storage go here")
        Boolean isDefault) {}
