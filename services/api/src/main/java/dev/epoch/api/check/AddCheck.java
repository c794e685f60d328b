package dev.epoch.api.check;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /checks}. */
@Schema(name = "AddCheck")
public record AddCheck(
    @NotNull @Size(min = 1, max = 200) @Schema(examples = "no orphan orders") String name,
    @NotNull
        @Size(min = 1, max = 65_536)
        @Schema(
            description = "One reading statement: the rows that it returns are violations",
            examples = "SELECT id FROM orders WHERE user_id IS NULL")
        String sql,
    @Size(max = 100)
        @Schema(
            description =
                "Patterns of names of tables: it runs when one of them changes; without any, when a table does")
        List<@NotNull String> tables,
    @Size(max = 100)
        @Schema(
            description = "Patterns of names of branches that it is for; without any, all",
            examples = "[\"main\", \"release/*\"]")
        List<@NotNull String> branches,
    @Size(min = 1, max = 3)
        @Schema(
            description = "What it runs at: commit, merge, promotion. A promotion is a merge, too",
            defaultValue = "[\"commit\", \"merge\"]")
        List<@NotNull String> on) {}
