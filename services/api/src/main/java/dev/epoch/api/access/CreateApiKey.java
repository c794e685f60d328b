package dev.epoch.api.access;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /auth/keys}. */
@Schema(name = "CreateApiKey")
public record CreateApiKey(
    @NotNull
        @Pattern(
            regexp = "[A-Za-z0-9][A-Za-z0-9._@-]{0,99}",
            message =
                "Should be up to 100 letters, digits, dots, underscores, hyphens and @, a letter or digit first")
        @Schema(
            description = "Who or what uses the key; the actor of requests that name no person",
            examples = "ci")
        String name,
    @Schema(
            description =
                "Whether X-User-Id, X-User-Name and X-User-Email say who asks; else it is the key itself",
            defaultValue = "false")
        Boolean actsForOthers,
    @Schema(
            description =
                "Whether it may do everything, whatever roles say; false, but for the first key")
        Boolean administrator,
    @Schema(
            description =
                "Verbs that it is for: read, commit, alter, branch, merge, review, manage, administer; those of the key that makes it if none are named",
            examples = "[\"read\"]")
        List<String> scopes,
    @Schema(description = "It expires after this time: 90m, 12h, 30d or as in ISO 8601")
        String ttl) {}
