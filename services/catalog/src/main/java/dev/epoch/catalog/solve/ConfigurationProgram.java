package dev.epoch.catalog.solve;

import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.Domain;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.Quantifier;
import dev.epoch.catalog.solve.Expansion.Selector;
import dev.epoch.catalog.solve.IntegerProgram.Term;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A catalog as an integer program.
 *
 * <pre>
 *   p(i)       whether instance i is included          0 or 1
 *   q(i)       its copies                              max(1, lower) p &lt;= q &lt;= upper p
 *   y(i,r,j)   copies of j that r of i chooses         y &lt;= q(j),  y &lt;= upper(j) p(i)
 *              or just q(j): where choosing more costs nothing, all that is there is chosen
 *
 *   quantifier   least p(i) &lt;= sum of y(i,r,*) &lt;= most p(i)
 *   support      q(j) &lt;= sum of y(*,*,j), but for what is to be configured
 * </pre>
 *
 * Without anything that is to be configured, all instances are, each within its whole domain.
 */
final class ConfigurationProgram {
  private static final long FREE = Long.MAX_VALUE;

  final IntegerProgram program = new IntegerProgram();
  final CatalogContent content;

  /** By instance. */
  final Map<String, Integer> included = new TreeMap<>();

  final Map<String, Integer> copies = new TreeMap<>();
  final List<Edge> edges = new ArrayList<>();
  private final Map<String, Map<String, List<Edge>>> byOwner = new HashMap<>();
  private final Map<String, List<Edge>> byTarget = new HashMap<>();
  private final Set<String> roots;
  private final boolean isChoiceWeighed;

  /** A choice that an instance has. */
  record Edge(String owner, String relationship, String target, int variable) {}

  /**
   * @param roots what is to be configured, empty for everything
   * @param isChoiceWeighed whether the objective depends on which relationship chooses an instance,
   *     and not only on what is included
   */
  ConfigurationProgram(Expansion expansion, Set<String> roots, boolean isChoiceWeighed) {
    this.content = expansion.content();
    this.roots = roots;
    this.isChoiceWeighed = isChoiceWeighed;
    expansion.selectors().keySet().forEach(this::instance);
    expansion
        .selectors()
        .forEach((owner, selectors) ->
            selectors.values().forEach(selector -> relationship(owner, selector)));
    if (!roots.isEmpty()) {
      included.keySet().stream().filter(id -> !roots.contains(id)).forEach(this::support);
    }
  }

  Domain domain(String id) {
    return content.domain(content.instance(id).orElseThrow());
  }

  private void instance(String id) {
    Domain domain = domain(id);
    boolean isWhole = roots.isEmpty();
    int q = program.variable(id, isWhole ? domain.lower() : 0, domain.upper());
    copies.put(id, q);
    if (domain.upper() == 1) {
      included.put(id, q);
    } else {
      int p = program.variable("is " + id, 0, Math.min(1, domain.upper()));
      included.put(id, p);
      program.constrain(
          List.of(new Term(q, 1), new Term(p, -Math.max(1, domain.upper()))), -FREE, 0, null);
      program.constrain(
          List.of(new Term(q, 1), new Term(p, -Math.max(1, domain.lower()))),
          0,
          FREE,
          domain.lower() > 1 ? "Instance '" + id + "' has the domain " + range(domain) : null);
    }
    if (roots.contains(id)) {
      program.constrain(
          List.of(new Term(included.get(id), 1)),
          1,
          1,
          "Instance '"
              + id
              + "' is to be configured"
              + (domain.upper() == 0 ? ", but its domain is " + range(domain) : ""));
    }
  }

  private static String range(Domain domain) {
    return "[" + domain.lower() + ", " + domain.upper() + "]";
  }

  private void relationship(String owner, Selector selector) {
    String name = selector.definition().name();
    Quantifier quantifier = selector.definition().quantifier();
    int p = included.get(owner);
    List<Term> sum = new ArrayList<>();
    List<Edge> its = new ArrayList<>();
    boolean isFixed = selector.isSelected() && selector.ids().size() <= quantifier.most();
    Set<String> targets = new LinkedHashSet<>(selector.ids());
    // p is 1
    boolean isRoot = roots.contains(owner);
    boolean isAllChosen =
        isRoot
            && !isChoiceWeighed
            && targets.stream().mapToLong(each -> domain(each).upper()).sum() <= quantifier.most();
    for (String target : targets) {
      long upper = domain(target).upper();
      int q = copies.get(target);
      int y = isAllChosen ? q : program.variable(owner + "." + name + "." + target, 0, upper);
      Edge edge = new Edge(owner, name, target, y);
      its.add(edge);
      edges.add(edge);
      byTarget.computeIfAbsent(target, _ -> new ArrayList<>()).add(edge);
      sum.add(new Term(y, 1));
      if (!isAllChosen) {
        program.constrain(List.of(new Term(y, 1), new Term(q, -1)), -FREE, 0, null);
      }
      if (!isRoot) {
        program.constrain(
            List.of(new Term(y, 1), new Term(p, -Math.max(1, upper))), -FREE, 0, null);
      }
      if (isFixed || quantifier.kind() == Quantifier.Kind.ALL) {
        program.constrain(
            List.of(new Term(y, 1), new Term(p, -1)),
            0,
            FREE,
            isFixed
                ? owner + "." + name + " selects '" + target + "'"
                : owner + "." + name + ": ALL of what is available, with '" + target + "'");
      }
    }
    byOwner.computeIfAbsent(owner, _ -> new LinkedHashMap<>()).put(name, its);
    String reason =
        owner + "." + name + ": " + quantifier + " of " + its.size() + " available instance(s)";
    if (quantifier.least() > 0) {
      List<Term> terms = new ArrayList<>(sum);
      terms.add(new Term(p, -quantifier.least()));
      program.constrain(terms, 0, FREE, reason);
    }
    if (quantifier.most() < Long.MAX_VALUE && !sum.isEmpty()) {
      List<Term> terms = new ArrayList<>(sum);
      terms.add(new Term(p, -quantifier.most()));
      program.constrain(terms, -FREE, 0, reason);
    }
  }

  private void support(String id) {
    int q = copies.get(id);
    List<Edge> choices = byTarget.getOrDefault(id, List.of());
    if (choices.stream().anyMatch(edge -> edge.variable() == q)) {
      return;
    }
    List<Term> terms = new ArrayList<>();
    terms.add(new Term(q, 1));
    choices.forEach(edge -> terms.add(new Term(edge.variable(), -1)));
    program.constrain(terms, -FREE, 0, null);
  }

  /** Choices of a relationship. */
  List<Edge> edges(String owner, String relationship) {
    return byOwner.getOrDefault(owner, Map.of()).getOrDefault(relationship, List.of());
  }

  Iterable<Instance> instances() {
    return included.keySet().stream().map(id -> content.instance(id).orElseThrow())::iterator;
  }

  /** What is included though nothing that is to be configured leads to it: it holds itself. */
  Set<String> unsupported(List<Long> values) {
    if (roots.isEmpty()) {
      return Set.of();
    }
    Set<String> reached = new HashSet<>(roots);
    List<String> open = new ArrayList<>(roots);
    Map<String, List<String>> chosen = new HashMap<>();
    for (Edge edge : edges) {
      if (values.get(edge.variable()) > 0) {
        chosen.computeIfAbsent(edge.owner(), _ -> new ArrayList<>()).add(edge.target());
      }
    }
    while (!open.isEmpty()) {
      for (String target : chosen.getOrDefault(open.removeLast(), List.of())) {
        if (reached.add(target)) {
          open.add(target);
        }
      }
    }
    Set<String> left = new java.util.TreeSet<>();
    included.forEach((id, p) -> {
      if (values.get(p) > 0 && !reached.contains(id)) {
        left.add(id);
      }
    });
    return left;
  }

  /** These are included only if something else leads to one of them. */
  void requireSupport(Set<String> group) {
    List<Term> from =
        edges.stream()
            .filter(edge -> group.contains(edge.target()) && !group.contains(edge.owner()))
            .map(edge -> new Term(edge.variable(), -1))
            .toList();
    for (String id : group) {
      List<Term> terms = new ArrayList<>();
      terms.add(new Term(included.get(id), 1));
      terms.addAll(from);
      program.constrain(terms, -FREE, 0, null);
    }
  }
}
