package dev.epoch.api.role;

import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /roles}. */
@Schema(name = "CreateRole")
public record CreateRole(
    @NotNull @Schema(examples = "loader") String name,
    @NotNull
        @Schema(
            description =
                "What whoever has it may do: read, commit, alter, branch, merge, review, manage, administer",
            examples = "[\"read\", \"commit\"]")
        List<String> verbs) {}
