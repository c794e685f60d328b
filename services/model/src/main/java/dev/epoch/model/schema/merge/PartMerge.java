package dev.epoch.model.schema.merge;

import dev.epoch.model.schema.merge.SchemaConflict.Part;
import dev.epoch.model.schema.merge.ThreeWay.Place;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Merges what belongs to a table, or to a view, by name: each is taken whole, but for comments. */
final class PartMerge {
  private static final String CHECK = "CHECK ";

  private final ThreeWay merge;

  PartMerge(ThreeWay merge) {
    this.merge = merge;
  }

  List<ConstraintDefinition> constraints(
      List<ConstraintDefinition> base,
      List<ConstraintDefinition> ours,
      List<ConstraintDefinition> theirs) {
    return byName(
        Part.CONSTRAINT,
        base,
        ours,
        theirs,
        ConstraintDefinition::name,
        ConstraintDefinition::comment,
        PartMerge::withComment,
        PartMerge::either,
        PartMerge::defined);
  }

  List<IndexDefinition> indexes(
      List<IndexDefinition> base, List<IndexDefinition> ours, List<IndexDefinition> theirs) {
    return byName(
        Part.INDEX,
        base,
        ours,
        theirs,
        IndexDefinition::name,
        IndexDefinition::comment,
        PartMerge::withComment,
        (_, _) -> Optional.empty(),
        (_, _) -> Optional.empty());
  }

  List<TriggerDefinition> triggers(
      List<TriggerDefinition> base, List<TriggerDefinition> ours, List<TriggerDefinition> theirs) {
    return byName(
        Part.TRIGGER,
        base,
        ours,
        theirs,
        TriggerDefinition::name,
        TriggerDefinition::comment,
        (trigger, comment) ->
            new TriggerDefinition(trigger.name(), trigger.definition(), trigger.enabled(), comment),
        (_, _) -> Optional.empty(),
        (trigger, text) ->
            Optional.of(
                new TriggerDefinition(trigger.name(), text, trigger.enabled(), trigger.comment())));
  }

  List<PolicyDefinition> policies(
      List<PolicyDefinition> base, List<PolicyDefinition> ours, List<PolicyDefinition> theirs) {
    return byName(
        Part.POLICY,
        base,
        ours,
        theirs,
        PolicyDefinition::name,
        PolicyDefinition::comment,
        (policy, comment) ->
            new PolicyDefinition(
                policy.name(),
                policy.permissive(),
                policy.command(),
                policy.roles(),
                policy.using(),
                policy.withCheck(),
                comment),
        (_, _) -> Optional.empty(),
        (_, _) -> Optional.empty());
  }

  private <T> List<T> byName(
      Part kind,
      List<T> base,
      List<T> ours,
      List<T> theirs,
      Function<T, String> name,
      Function<T, String> comment,
      BiFunction<T, String, T> withComment,
      BiFunction<T, T, Optional<T>> union,
      BiFunction<T, String, Optional<T>> custom) {
    return merge
        .parts(
            base,
            ours,
            theirs,
            name,
            part -> new Place(kind, name.apply(part), ""),
            place ->
                (before, left, right) -> {
                  String said =
                      merge.text(
                          place.of("comment"),
                          before == null ? null : comment.apply(before),
                          comment.apply(left),
                          comment.apply(right));
                  T bare = before == null ? null : withComment.apply(before, null);
                  T one = withComment.apply(left, null);
                  T other = withComment.apply(right, null);
                  T whole =
                      one.equals(other) || other.equals(bare)
                          ? one
                          : one.equals(bare)
                              ? other
                              : merge.conflict(
                                  SchemaConflictType.SCHEMA_SCHEMA,
                                  place,
                                  bare,
                                  one,
                                  other,
                                  () -> union.apply(one, other),
                                  text -> custom.apply(one, text));
                  return withComment.apply(whole, said);
                })
        .stream()
        .sorted(Comparator.comparing(name))
        .toList();
  }

  /** Rows that either of two checks allows. */
  private static Optional<ConstraintDefinition> either(
      ConstraintDefinition ours, ConstraintDefinition theirs) {
    boolean checks =
        ours.kind() == ConstraintDefinition.Kind.CHECK
            && theirs.kind() == ConstraintDefinition.Kind.CHECK
            && ours.definition().startsWith(CHECK)
            && theirs.definition().startsWith(CHECK);
    return checks
        ? Optional.of(
            withDefinition(
                ours,
                CHECK
                    + "("
                    + ours.definition().substring(CHECK.length())
                    + " OR "
                    + theirs.definition().substring(CHECK.length())
                    + ")",
                ThreeWay.set(ours.columns(), ours.columns(), theirs.columns()).stream().toList()))
        : Optional.empty();
  }

  private static Optional<ConstraintDefinition> defined(
      ConstraintDefinition constraint, String definition) {
    return Optional.of(withDefinition(constraint, definition, constraint.columns()));
  }

  private static ConstraintDefinition withDefinition(
      ConstraintDefinition constraint, String definition, List<String> columns) {
    return new ConstraintDefinition(
        constraint.name(),
        constraint.kind(),
        definition,
        columns,
        constraint.references(),
        constraint.nullsNotDistinct(),
        constraint.deferrable(),
        constraint.initiallyDeferred(),
        constraint.validated(),
        constraint.comment());
  }

  private static ConstraintDefinition withComment(ConstraintDefinition constraint, String comment) {
    return new ConstraintDefinition(
        constraint.name(),
        constraint.kind(),
        constraint.definition(),
        constraint.columns(),
        constraint.references(),
        constraint.nullsNotDistinct(),
        constraint.deferrable(),
        constraint.initiallyDeferred(),
        constraint.validated(),
        comment);
  }

  private static IndexDefinition withComment(IndexDefinition index, String comment) {
    return new IndexDefinition(
        index.name(),
        index.method(),
        index.unique(),
        index.nullsNotDistinct(),
        index.keys(),
        index.included(),
        index.predicate(),
        index.parameters(),
        comment);
  }
}
