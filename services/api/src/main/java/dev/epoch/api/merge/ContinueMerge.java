package dev.epoch.api.merge;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Body of {@code POST /branches/merge/continue} and {@code .../abort}; may be left out. */
@Schema(name = "ContinueMerge")
public record ContinueMerge(
    @Schema(description = "Target of the merge; the current branch if none is given") String branch,
    @Schema(description = "Message of the merge commit") String message,
    @Schema(
            description =
                "Whether it may take away what live tables have, such as a column; else that refuses it")
        Boolean allowDestructive,
    @Schema(description = "Whoever asks if none is given") String authorName,
    String authorEmail) {}
