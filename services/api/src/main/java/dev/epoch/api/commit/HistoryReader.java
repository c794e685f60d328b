package dev.epoch.api.commit;

import dev.epoch.api.request.ApiRequest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.ref.InvalidNameException;
import dev.epoch.model.ref.Revision;
import dev.epoch.projections.history.BranchRow;
import dev.epoch.projections.history.CommitRow;
import dev.epoch.projections.history.HistoryProjector;
import dev.epoch.projections.history.HistoryReads;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What users' names for branches and commits stand for, from the read model. */
@Singleton
public class HistoryReader {
  private static final int SHOWN_CANDIDATES = 5;

  private final HistoryReads reads;

  HistoryReader(HistoryReads reads) {
    this.reads = reads;
  }

  /**
   * The history as one request sees it.
   *
   * @param repository name
   * @param actorId whose branch HEAD is
   */
  public record View(HistoryReads reads, String repository, String actorId) {

    /** The branch that the actor works on. */
    public Uni<BranchRow> current() {
      return reads
          .current(repository, actorId)
          .map(found -> found.orElseThrow(() -> gone(repository)));
    }

    /** The branch of this name, if there is one. */
    public Uni<Optional<BranchRow>> branchIfAny(String name) {
      return reads.branch(repository, name);
    }

    /** The branch of this name. */
    public Uni<BranchRow> branch(String name) {
      return branchIfAny(name)
          .map(found ->
              found.orElseThrow(() ->
                  new RefusedException(
                      Code.BRANCH_NOT_FOUND,
                      "Branch '" + name + "' not found",
                      Map.of("branch", name))));
    }

    /**
     * Position of the commit that a branch name, tag, commit id or unique prefix, HEAD, {@code
     * ref~n} or {@code ref^n} stands for; that of HEAD for null.
     */
    public Uni<Long> position(String text) {
      if (text == null) {
        return current().map(BranchRow::head);
      }
      try {
        return position(Revision.parse(text), text);
      } catch (InvalidNameException e) {
        throw new RefusedException(Code.INVALID_NAME, e.getMessage(), Map.of("ref", text));
      }
    }

    /** As {@link #position(String)}. */
    public Uni<CommitRow> commit(String text) {
      return position(text).chain(position -> commit(position, text));
    }

    /** The branch whose rows are the live tables. */
    public Uni<BranchRow> defaultBranch() {
      return reads
          .defaultBranch(repository)
          .map(found -> found.orElseThrow(() -> gone(repository)));
    }

    /** The commit at a position that was found just now. */
    public Uni<CommitRow> at(long position) {
      return reads
          .commit(repository, position)
          .map(found -> found.orElseThrow(() -> gone(repository)));
    }

    /** How two commits diverged; both by position. */
    public Uni<HistoryReads.Divergence> compare(long ours, long theirs) {
      return reads.compare(repository, ours, theirs);
    }

    private Uni<CommitRow> commit(long position, String text) {
      return reads
          .commit(repository, position)
          .map(found -> found.orElseThrow(() -> notFound(text)));
    }

    private Uni<Long> position(Revision revision, String text) {
      return switch (revision) {
        case Revision.Head head -> current().map(BranchRow::head);
        case Revision.Symbol symbol -> symbol(symbol, text);
        case Revision.Ancestor ancestor ->
            position(ancestor.of(), text)
                .chain(of -> reads.firstParent(repository, of, ancestor.count()))
                .map(found -> found.orElseThrow(() -> notFound(text)));
        case Revision.Parent parent ->
            parent.number() == 0
                ? position(parent.of(), text)
                : position(parent.of(), text)
                    .chain(of -> commit(of, text))
                    .map(commit -> parent(commit, parent.number(), text));
      };
    }

    private static Long parent(CommitRow commit, int number, String text) {
      if (number > commit.parentPositions().size()) {
        throw notFound(text);
      }
      return commit.parentPositions().get(number - 1);
    }

    private Uni<Long> symbol(Revision.Symbol symbol, String text) {
      Uni<Optional<BranchRow>> branch =
          symbol
              .asName()
              .map(name -> reads.branch(repository, name.value()))
              .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
      return branch.chain(found ->
          found.isPresent() ? Uni.createFrom().item(found.get().head()) : tag(symbol, text));
    }

    private Uni<Long> tag(Revision.Symbol symbol, String text) {
      Uni<Optional<Long>> tag =
          symbol
              .asName()
              .map(name -> reads.tag(repository, name.value()))
              .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
      return tag.chain(found ->
          found.isPresent()
              ? Uni.createFrom().item(found.get())
              : prefixed(symbol.asCommitPrefix().orElseThrow(() -> notFound(text)), text));
    }

    private Uni<Long> prefixed(String prefix, String text) {
      return reads
          .startingWith(repository, prefix, SHOWN_CANDIDATES)
          .map(candidates -> {
            if (candidates.isEmpty()) {
              throw notFound(text);
            }
            if (candidates.size() > 1) {
              throw ambiguous(text, candidates);
            }
            return candidates.getFirst().position();
          });
    }

    private static RefusedException ambiguous(String text, List<CommitRow> candidates) {
      return new RefusedException(
          Code.VALIDATION,
          "Commit prefix '" + text + "' is ambiguous",
          Map.of("ref", text, "candidates", candidates.stream().map(CommitRow::id).toList()));
    }

    private static RefusedException notFound(String text) {
      return text == null || text.matches("[0-9a-fA-F]{4,64}([~^].*)?")
          ? new RefusedException(
              Code.COMMIT_NOT_FOUND,
              "Commit '" + text + "' not found",
              Map.of("ref", String.valueOf(text)))
          : new RefusedException(
              Code.BRANCH_NOT_FOUND,
              "No branch, tag or commit is called '" + text + "'",
              Map.of("ref", text));
    }

    private static RefusedException gone(String repository) {
      return new RefusedException(
          Code.REPOSITORY_NOT_FOUND,
          "Repository '" + repository + "' not found",
          Map.of("repository", repository, "remedy", "epoch init " + repository));
    }
  }

  /**
   * The history of the repository that a request is about, as soon as the read model has what the
   * request may expect.
   */
  public Uni<View> view(ApiRequest request) {
    LiveRepository repository = request.repository();
    View view = new View(reads, repository.name(), request.actor().id());
    return request.until(HistoryProjector.NAME, repository).replaceWith(view);
  }
}
