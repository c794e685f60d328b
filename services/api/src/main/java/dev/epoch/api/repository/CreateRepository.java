package dev.epoch.api.repository;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /repositories}. */
@Schema(name = "CreateRepository")
public record CreateRepository(
    @NotNull @Size(min = 1, max = 100) @Schema(examples = "my-data-repo") String name,
    @Schema(description = "For people") String description,
    @Schema(description = "Name of the first branch, main unless configured") String defaultBranch,
    @Schema(description = "Accepted when it is the database that the server keeps metadata in")
        String metadataUrl,
    @Schema(description = "One of storage_configs: where tables are that name no storage")
        String defaultStorage,
    @Schema(description = "Storage backends by name: backend, and its settings beside it")
        Map<String, Map<String, JsonNode>> storageConfigs) {}
