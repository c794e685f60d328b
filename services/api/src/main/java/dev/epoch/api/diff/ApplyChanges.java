package dev.epoch.api.diff;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /apply}. */
@Schema(name = "ApplyChanges")
public record ApplyChanges(
    @NotNull
        @Schema(
            description =
                "Each {table, type, key, before, after}, as differences are answered; fields is not looked at")
        List<JsonNode> changes) {}
