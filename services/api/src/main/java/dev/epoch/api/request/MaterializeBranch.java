package dev.epoch.api.request;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/{name}/materialize}; may be left out. */
@Schema(name = "MaterializeBranch")
public record MaterializeBranch(
    @Schema(description = "Those that were changed on the branch if none are given")
        List<String> tables) {}
