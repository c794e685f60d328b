package dev.epoch.catalog.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import dev.epoch.catalog.model.Audit;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.model.merge.MergeStrategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The laws that merges of tables have. Who changed something is no part of what merges compare. */
class ContentMergeTest {
  @Test
  void aStateMergedWithItselfStays() {
    qt().forAll(longs().all())
        .checkAssert(seed -> {
          Three it = new Three(seed);
          ContentMerge.Merged merged = merge(it.base, it.ours, it.ours);
          assertThat(merged.changes()).isEmpty();
          assertThat(merged.conflicts()).isEmpty();
          assertThat(merged.content()).isEqualTo(it.ours);
        });
  }

  @Test
  void whereOnlyOneSideChangedTheOtherFollows() {
    qt().forAll(longs().all())
        .checkAssert(seed -> {
          Three it = new Three(seed);
          ContentMerge.Merged forward = merge(it.base, it.base, it.theirs);
          assertThat(forward.conflicts()).isEmpty();
          assertThat(said(forward.content())).isEqualTo(said(it.theirs));
          ContentMerge.Merged nothing = merge(it.base, it.ours, it.base);
          assertThat(nothing.changes()).isEmpty();
          assertThat(nothing.content()).isEqualTo(it.ours);
        });
  }

  @Test
  void mirroredMergesAgree() {
    qt().forAll(longs().all())
        .checkAssert(seed -> {
          Three it = new Three(seed);
          ContentMerge.Merged there = merge(it.base, it.ours, it.theirs);
          ContentMerge.Merged back = merge(it.base, it.theirs, it.ours);
          assertThat(conflicting(there)).isEqualTo(conflicting(back));
          Map<String, Map<String, String>> one = said(there.content());
          Map<String, Map<String, String>> other = said(back.content());
          for (String resource : resources(there)) {
            one.remove(resource);
            other.remove(resource);
          }
          assertThat(one).isEqualTo(other);
        });
  }

  @Test
  void changesOfDifferentPartsCommute() {
    qt().forAll(longs().all())
        .checkAssert(seed -> {
          Random random = new Random(seed);
          CatalogContent base = content(random, 0);
          CatalogContent ours = changed(base, random, "o", "x");
          CatalogContent theirs = changed(base, random, "t", "y");
          ContentMerge.Merged there = merge(base, ours, theirs);
          ContentMerge.Merged back = merge(base, theirs, ours);
          assertThat(there.conflicts()).isEmpty();
          assertThat(back.conflicts()).isEmpty();
          assertThat(said(there.content())).isEqualTo(said(back.content()));
        });
  }

  @Test
  void mergingTwiceChangesNothingMore() {
    qt().forAll(longs().all())
        .checkAssert(seed -> {
          Three it = new Three(seed);
          ContentMerge.Merged once = merge(it.base, it.ours, it.theirs);
          ContentMerge.Merged twice = merge(it.theirs, once.content(), it.theirs);
          assertThat(twice.changes()).isEmpty();
          assertThat(twice.conflicts()).isEmpty();
          ContentMerge.Merged again =
              ContentMerge.merge(
                  it.base,
                  ContentMerge.merge(it.base, it.ours, it.theirs, MergeStrategy.THEIRS).content(),
                  it.theirs,
                  MergeStrategy.THEIRS);
          assertThat(again.changes()).isEmpty();
        });
  }

  private static ContentMerge.Merged merge(
      CatalogContent base, CatalogContent ours, CatalogContent theirs) {
    return ContentMerge.merge(base, ours, theirs, MergeStrategy.DEFAULT);
  }

  /** Kind and resource, and the properties in alphabetical order. */
  private static Set<String> conflicting(ContentMerge.Merged merged) {
    Set<String> found = new TreeSet<>();
    for (Conflict each : merged.conflicts()) {
      String text = each.description();
      int colon = text.indexOf(": ");
      found.add(
          each.kind()
              + " "
              + each.resource()
              + " "
              + (colon < 0 ? "" : new TreeSet<>(List.of(text.substring(colon + 2).split(", ")))));
    }
    return found;
  }

  private static Set<String> resources(ContentMerge.Merged merged) {
    return merged.conflicts().stream().map(Conflict::resource).collect(Collectors.toSet());
  }

  private static Map<String, Map<String, String>> said(CatalogContent content) {
    Map<String, Map<String, String>> said = new TreeMap<>();
    content.classes().forEach((id, each) -> said.put(id, EntityFields.of(each)));
    content.instances().forEach((id, each) -> said.put(id, EntityFields.of(each)));
    return said;
  }

  /** Three states of few entities and few values, so that they often meet. */
  private static final class Three {
    final CatalogContent base;
    final CatalogContent ours;
    final CatalogContent theirs;

    Three(long seed) {
      Random random = new Random(seed);
      base = content(random, 0);
      ours = random.nextInt(8) == 0 ? base : content(random, 1);
      theirs = random.nextInt(8) == 0 ? base : content(random, 2);
    }
  }

  private static CatalogContent content(Random random, int at) {
    List<ClassDef> classes = new ArrayList<>();
    for (String id : List.of("class-a", "class-b")) {
      if (random.nextInt(5) > 0) {
        List<String> properties = new ArrayList<>();
        for (String name : List.of("p", "q", "r")) {
          if (random.nextBoolean()) {
            properties.add(
                "{\"name\":\""
                    + name
                    + "\",\"data_type\":\""
                    + (random.nextBoolean() ? "Number" : "String")
                    + "\"}");
          }
        }
        classes.add(
            ClassDef.create(
                CatalogJson.read(
                    "{\"id\":\""
                        + id
                        + "\",\"name\":\""
                        + id
                        + "\",\"properties\":["
                        + String.join(",", properties)
                        + "],\"relationships\":["
                        + (random.nextBoolean()
                            ? "{\"name\":\"to\",\"targets\":[\"class-b\"],\"quantifier\":"
                                + "{\"Exactly\":"
                                + random.nextInt(2)
                                + "}}"
                            : "")
                        + "]}"),
                audit(at)));
      }
    }
    List<Instance> instances = new ArrayList<>();
    for (String id : List.of("one", "two", "three")) {
      if (random.nextInt(4) > 0) {
        List<String> properties = new ArrayList<>();
        for (String name : List.of("p", "q", "r")) {
          if (random.nextBoolean()) {
            properties.add("\"" + name + "\":" + random.nextInt(2));
          }
        }
        instances.add(
            Instance.create(
                CatalogJson.read(
                    "{\"class\":\"class-a\",\"properties\":{"
                        + String.join(",", properties)
                        + "},\"relationships\":{"
                        + (random.nextBoolean()
                            ? "\"to\":[\"" + (random.nextBoolean() ? "one" : "two") + "\"]"
                            : "")
                        + "}}"),
                id,
                id,
                audit(at)));
      }
    }
    return CatalogContent.of(classes, instances);
  }

  /** With a property more in each instance, and an instance more. */
  private static CatalogContent changed(
      CatalogContent base, Random random, String added, String property) {
    List<Instance> instances = new ArrayList<>();
    for (Instance each : base.instances().values()) {
      instances.add(
          random.nextBoolean()
              ? each
              : each.patched(
                  CatalogJson.read("{\"properties\":{\"" + property + "\":1}}"), audit(1)));
    }
    instances.add(
        Instance.create(CatalogJson.read("{\"class\":\"class-a\"}"), added, added, audit(1)));
    List<ClassDef> classes = new ArrayList<>();
    for (ClassDef each : base.classes().values()) {
      var list = each.toJson().withArray("properties");
      list.addObject().put("name", property).put("data_type", "Number");
      classes.add(
          each.patched(
              CatalogJson.object()
                  .<com.fasterxml.jackson.databind.node.ObjectNode>set("properties", list),
              audit(1)));
    }
    return CatalogContent.of(classes, instances);
  }

  private static Audit audit(int at) {
    return Audit.created("user" + at, Instant.ofEpochSecond(at));
  }
}
