package dev.epoch.api.role;

import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /roles/{name}/grants}. */
@Schema(name = "GrantRole")
public record GrantRole(
    @NotNull
        @Schema(
            description =
                "user:ID (the name of a key, or what a token says), group:NAME, or user:postgres:ROLE for sessions of a database",
            examples = "user:ann")
        String subject,
    @Schema(
            description =
                "Patterns of names of branches that commit, alter, branch, merge and review are for; all if none are named",
            examples = "[\"feature/*\"]")
        List<String> branches,
    @Schema(description = "Patterns of names of tables likewise") List<String> tables) {}
