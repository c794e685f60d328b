package dev.epoch.api.repository;

import dev.epoch.events.BranchingSettings;
import dev.epoch.events.BranchingSettings.PromotionPath;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What branches are for, and how changes go from one to the next. */
@Schema(name = "Branching")
public record Branching(
    @Pattern(
            regexp = "environment|gitflow|trunk",
            message = "Should be environment, gitflow or trunk")
        @Schema(
            description =
                "environment: no paths of its own; gitflow: features to develop, releases and hotfixes to the default branch; trunk: all to the default branch, and from it",
            defaultValue = "environment")
        String strategy,
    @Valid Promotion promotion) {

  /** How changes go from one branch to the next. */
  @Schema(name = "Promotion")
  public record Promotion(
      @Size(max = 200)
          @Schema(description = "What may be merged into what; else the strategy's own paths")
          List<@NotNull @Valid Path> paths,
      @Schema(description = "Whether promotions need an approved commit", defaultValue = "false")
          Boolean requireApproval,
      @Schema(
              description = "Whether promotions without conflicts are committed at once",
              defaultValue = "true")
          Boolean autoMerge,
      @Pattern(
              regexp = "manual|fail|ours|theirs",
              message = "Should be fail, ours, theirs or manual")
          @Schema(
              description = "What promotions do with conflicts unless they say it",
              defaultValue = "fail")
          String conflictStrategy) {}

  /** What may be merged into what. */
  @Schema(name = "PromotionPath")
  public record Path(
      @NotNull
          @Size(min = 1, max = 1024)
          @Schema(description = "Branches that are merged, * for any characters")
          String source,
      @NotNull
          @Size(min = 1, max = 1024)
          @Schema(description = "Branches that are merged into, * for any characters")
          String target) {}

  /** As the log has them; null for null. */
  public static BranchingSettings settings(Branching given) {
    if (given == null) {
      return null;
    }
    BranchingSettings none = BranchingSettings.NONE;
    String strategy = given.strategy == null ? none.strategy() : given.strategy;
    Promotion promotion =
        given.promotion == null ? new Promotion(null, null, null, null) : given.promotion;
    List<Path> paths = promotion.paths == null ? List.of() : promotion.paths;
    return new BranchingSettings(
        strategy,
        paths.stream().map(path -> new PromotionPath(path.source, path.target)).toList(),
        Boolean.TRUE.equals(promotion.requireApproval),
        !Boolean.FALSE.equals(promotion.autoMerge),
        promotion.conflictStrategy == null ? none.conflictStrategy() : promotion.conflictStrategy);
  }

  /** As clients see them. */
  public static Branching of(BranchingSettings settings) {
    return new Branching(
        settings.strategy(),
        new Promotion(
            settings.paths().stream().map(path -> new Path(path.source(), path.target())).toList(),
            settings.requireApproval(),
            settings.autoMerge(),
            settings.conflictStrategy()));
  }
}
