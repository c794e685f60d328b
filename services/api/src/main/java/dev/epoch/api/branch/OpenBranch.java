package dev.epoch.api.branch;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/{name}/open}; may be left out. */
@Schema(name = "OpenBranch")
public record OpenBranch(
    @Schema(description = "All that can be open if none are given")
        @JsonSetter(contentNulls = Nulls.FAIL)
        List<String> tables) {}
