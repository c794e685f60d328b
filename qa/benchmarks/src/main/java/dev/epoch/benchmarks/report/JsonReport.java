package dev.epoch.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The report for programs; times are in milliseconds. */
public final class JsonReport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonReport() {}

  public static String text(Report report) {
    ObjectNode root = JSON.createObjectNode();
    root.put("scale", report.scale());
    root.put("seed", report.seed());
    root.put("begin", report.begin().toString());
    root.put("seconds", report.length().toMillis() / 1e3);
    root.set("machine", JSON.valueToTree(report.machine()));
    root.set("software", JSON.valueToTree(report.software()));
    var figures = root.putArray("figures");
    for (Figure figure : report.figures()) {
      ObjectNode node = JSON.valueToTree(figure);
      figures.add(node.put("verdict", figure.verdict()));
    }
    root.set("failures", JSON.valueToTree(report.failures()));
    return root.toPrettyString() + "\n";
  }
}
