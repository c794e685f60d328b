package dev.epoch.engine.state;

import dev.epoch.model.commit.CommitGraph;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.GraphSegment;
import dev.epoch.model.commit.GraphSegments;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * The commits of a repository, numbered in the order in which they were made. All are in the graph;
 * the latest are here whole, the others are read from an archive when somebody asks.
 *
 * <pre>
 *   number   0 ... 511 | 512 ... 1023 | 1024 ... 1700
 *   graph    segment     segment        as long as they are whole
 *   whole    archive     archive        here
 * </pre>
 *
 * What only follows the graph never reads the archive.
 */
public final class Commits implements CommitGraph {
  public static final Commits NONE =
      new Commits(
          GraphSegments.NONE,
          CommitArchive.NONE,
          TreePVector.empty(),
          HashTreePMap.empty(),
          CommitSchemas.NONE);

  private final GraphSegments archived;
  private final CommitArchive archive;
  private final PVector<Recent> recent;
  private final PMap<String, Integer> recentNumbers;
  private final CommitSchemas schemas;

  private record Recent(CommitState commit, int[] parents) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Recent that && commit.equals(that.commit);
    }

    @Override
    public int hashCode() {
      return commit.hashCode();
    }
  }

  private Commits(
      GraphSegments archived,
      CommitArchive archive,
      PVector<Recent> recent,
      PMap<String, Integer> recentNumbers,
      CommitSchemas schemas) {
    this.archived = archived;
    this.archive = archive;
    this.recent = recent;
    this.recentNumbers = recentNumbers;
    this.schemas = schemas;
  }

  /** Commits of which none is here whole. */
  static Commits archived(GraphSegments graph, CommitArchive archive) {
    return new Commits(
        graph, archive, TreePVector.empty(), HashTreePMap.empty(), CommitSchemas.NONE);
  }

  /** The commit of this id, whole; none for null. */
  public Optional<CommitState> of(String id) {
    int number = numberOf(id);
    return number < 0 ? Optional.empty() : Optional.of(whole(number));
  }

  public boolean contains(String id) {
    return numberOf(id) >= 0;
  }

  /** All commits whole by their ids, in the order of their numbers; each is read when asked for. */
  public Map<String, CommitState> byId() {
    return new Whole();
  }

  /** The ids that begin like this, at most {@code limit} of them. */
  public List<String> startingWith(String prefix, int limit) {
    List<String> found = new ArrayList<>(archived.startingWith(prefix, limit));
    for (Recent one : recent) {
      if (one.commit().id().startsWith(prefix)) {
        found.add(one.commit().id());
      }
    }
    return found.stream().sorted().limit(limit).toList();
  }

  /** How many there are. */
  public int size() {
    return archived.size() + recent.size();
  }

  /** How many of them, the first ones, are in the archive. */
  public int archivedSize() {
    return archived.size();
  }

  /**
   * Version of the stream at which the first of them was made: another one if a repository was
   * deleted and made again. 0 if there are none.
   */
  public long origin() {
    return size() == 0 ? 0 : version(0);
  }

  /** Ids of the parents, in order. */
  public List<String> parents(String id) {
    return Arrays.stream(parents(number(id))).mapToObj(this::id).toList();
  }

  /** The first parent; null for the root. */
  public String firstParent(String id) {
    int[] parents = parents(number(id));
    return parents.length == 0 ? null : id(parents[0]);
  }

  public Instant time(String id) {
    return time(number(id));
  }

  /** Version of the stream at which the commit was made. */
  public long version(String id) {
    return version(number(id));
  }

  /** Whether it is the empty commit under every history. */
  public boolean isRoot(String id) {
    return parents(number(id)).length == 0;
  }

  /** Commits that were made after this version of the stream, whole, in the order of numbers. */
  public Stream<CommitState> since(long version) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (version(middle) <= version) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return IntStream.range(low, size()).mapToObj(this::whole);
  }

  /** The numbers of these commits and all that they descend from. */
  public BitSet reachable(Collection<String> heads) {
    BitSet reached = new BitSet(size());
    heads.forEach(head -> reached.set(number(head)));
    for (int i = reached.length() - 1; i >= 0; i = reached.previousSetBit(i - 1)) {
      for (int parent : parents(i)) {
        reached.set(parent);
      }
    }
    return reached;
  }

  /** The number of a commit. */
  public int number(String id) {
    int number = numberOf(id);
    if (number < 0) {
      throw new IllegalArgumentException("no commit " + id);
    }
    return number;
  }

  public String id(int number) {
    return number < archived.size() ? archived.id(number) : recent(number).commit().id();
  }

  /** The commit of this number, whole. */
  public CommitState whole(int number) {
    return number < archived.size()
        ? archive.segment(number / GraphSegment.SIZE).commits().get(number % GraphSegment.SIZE)
        : recent(number).commit();
  }

  @Override
  public int[] parents(int number) {
    return number < archived.size() ? archived.parents(number) : recent(number).parents();
  }

  @Override
  public List<CommitId> parents(CommitId commit) {
    return Arrays.stream(parents(number(commit))).mapToObj(this::commit).toList();
  }

  @Override
  public int generation(CommitId commit) {
    return generation(number(commit));
  }

  @Override
  public Instant time(CommitId commit) {
    return time(number(commit));
  }

  @Override
  public int number(CommitId commit) {
    return number(commit.hex());
  }

  @Override
  public CommitId commit(int number) {
    return new CommitId(id(number));
  }

  int generation(int number) {
    return number < archived.size()
        ? archived.generation(number)
        : recent(number).commit().generation();
  }

  private Instant time(int number) {
    return number < archived.size() ? archived.time(number) : recent(number).commit().time();
  }

  long version(int number) {
    return number < archived.size() ? archived.version(number) : recent(number).commit().position();
  }

  private Recent recent(int number) {
    return recent.get(number - archived.size());
  }

  private int numberOf(String id) {
    if (id == null) {
      return -1;
    }
    Integer number = recentNumbers.get(id);
    return number == null ? archived.number(id) : number;
  }

  /** Those that are here whole, in the order of their numbers. */
  List<CommitState> recent() {
    return recent.stream().map(Recent::commit).toList();
  }

  /** With a commit whose parents are there. */
  Commits with(CommitState commit) {
    int[] parents = commit.parents().stream().mapToInt(this::number).toArray();
    return new Commits(
        archived,
        archive,
        recent.plus(new Recent(commit, parents)),
        recentNumbers.plus(commit.id(), size()),
        schemas);
  }

  /** With what was recorded of a commit's schemas at a version of the stream. */
  Commits with(String commit, CommitSchema schema, long version) {
    return with(schemas.with(commit, number(commit), schema, version));
  }

  Commits with(CommitSchemas newSchemas) {
    return new Commits(archived, archive, recent, recentNumbers, newSchemas);
  }

  /** What is recorded of schemas and not in the archive. */
  CommitSchemas recentSchemas() {
    return schemas;
  }

  /**
   * What is recorded of the schemas of commits, by their ids; what is old is read when asked for.
   */
  public Map<String, CommitSchema> schemas() {
    return new Schemas();
  }

  /**
   * The nearest commit on the line of first parents, this one before all, of whose schemas
   * something is recorded that fits; null if there is none. What lies between is not read.
   */
  public String nearestRecorded(String id, Predicate<CommitSchema> fits) {
    int[] parents;
    for (int number = number(id); (parents = parents(number)).length > 0; number = parents[0]) {
      CommitSchema told = schema(number);
      if (told != null && fits.test(told)) {
        return id(number);
      }
    }
    return null;
  }

  private CommitSchema schema(String id) {
    int number = schemas.numbers().isEmpty() ? -1 : numberOf(id);
    return number < 0 ? null : schema(number);
  }

  private CommitSchema schema(int number) {
    if (!schemas.numbers().contains(number)) {
      return null;
    }
    String id = id(number);
    CommitSchemas.Told told = schemas.here().get(id);
    if (told != null) {
      return told.schema();
    }
    int own = number / GraphSegment.SIZE;
    CommitSchema later =
        (own + 1) * GraphSegment.SIZE < archived.size()
            ? archive.segment(own + 1).schemas().get(id)
            : null;
    return later == null ? archive.segment(own).schemas().get(id) : later;
  }

  /** The segments that the commits here fill, in order. */
  List<CommitSegment> fullSegments() {
    List<CommitState> whole = recent();
    List<CommitSegment> segments = new ArrayList<>();
    for (int end = GraphSegment.SIZE; end <= whole.size(); end += GraphSegment.SIZE) {
      int number = (archived.size() + end) / GraphSegment.SIZE - 1;
      segments.add(
          new CommitSegment(whole.subList(end - GraphSegment.SIZE, end), schemas.of(this, number)));
    }
    return segments;
  }

  /** The graph of the segments that the commits here fill, in order. */
  List<GraphSegment> fullGraphSegments() {
    List<GraphSegment> segments = new ArrayList<>();
    List<GraphSegment.Node> nodes = new ArrayList<>(GraphSegment.SIZE);
    for (Recent one : recent) {
      CommitState commit = one.commit();
      nodes.add(
          new GraphSegment.Node(
              commit.id(), one.parents(), commit.generation(), commit.time(), commit.position()));
      if (nodes.size() == GraphSegment.SIZE) {
        segments.add(GraphSegment.of(nodes));
        nodes.clear();
      }
    }
    return segments;
  }

  /** The same commits, of which no more than so many, the first ones, are read from the archive. */
  Commits archivedUpTo(int size, CommitArchive from) {
    Commits fewer = this;
    for (GraphSegment segment : fullGraphSegments()) {
      if (fewer.archived.size() + GraphSegment.SIZE > size) {
        break;
      }
      PMap<String, Integer> numbers = fewer.recentNumbers;
      for (Recent one : fewer.recent.subList(0, GraphSegment.SIZE)) {
        numbers = numbers.minus(one.commit().id());
      }
      fewer =
          new Commits(
              fewer.archived.plus(segment),
              from,
              fewer.recent.subList(GraphSegment.SIZE, fewer.recent.size()),
              numbers,
              fewer.schemas);
    }
    return fewer == this
        ? this
        : fewer.with(schemas.archivedUpTo(fewer, fewer.archived.size() / GraphSegment.SIZE));
  }

  /** Commits are the same wherever they are kept. */
  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Commits that) || size() != that.size()) {
      return false;
    }
    if (archived.size() == that.archived.size()) {
      return recent.equals(that.recent)
          && archived.equals(that.archived)
          && schemas.equals(that.schemas);
    }
    for (int number = 0; number < size(); number++) {
      if (!id(number).equals(that.id(number))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return Objects.hash(size());
  }

  @Override
  public String toString() {
    return "Commits[" + archived.size() + " archived, " + recent() + "]";
  }

  private final class Schemas extends AbstractMap<String, CommitSchema> {
    @Override
    public boolean isEmpty() {
      return schemas.numbers().isEmpty();
    }

    @Override
    public CommitSchema get(Object id) {
      return schema((String) id);
    }

    @Override
    public boolean containsKey(Object id) {
      return schema((String) id) != null;
    }

    /** In the order of the commits; reads all of them. */
    @Override
    public Set<Entry<String, CommitSchema>> entrySet() {
      Map<String, CommitSchema> all = new LinkedHashMap<>();
      for (int number = 0; number < Commits.this.size(); number++) {
        CommitSchema told = schema(number);
        if (told != null) {
          all.put(id(number), told);
        }
      }
      return Collections.unmodifiableMap(all).entrySet();
    }
  }

  private final class Whole extends AbstractMap<String, CommitState> {
    @Override
    public CommitState get(Object id) {
      return of((String) id).orElse(null);
    }

    @Override
    public boolean containsKey(Object id) {
      return contains((String) id);
    }

    @Override
    public Set<Entry<String, CommitState>> entrySet() {
      return new AbstractSet<>() {
        @Override
        public int size() {
          return Commits.this.size();
        }

        @Override
        public Iterator<Entry<String, CommitState>> iterator() {
          return new InOrder();
        }
      };
    }
  }

  private final class InOrder implements Iterator<Map.Entry<String, CommitState>> {
    private int next;

    @Override
    public boolean hasNext() {
      return next < size();
    }

    @Override
    public Map.Entry<String, CommitState> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      CommitState commit = whole(next++);
      return Map.entry(commit.id(), commit);
    }
  }
}
