package dev.epoch.model.merge.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.epoch.events.table.DataType;
import dev.epoch.model.value.JsonDocuments;
import dev.epoch.model.value.JsonText;
import java.util.Optional;

/** base, then what ours appended to it, then what theirs appended to it. */
public final class Appended {
  private Appended() {}

  /** Empty if one side did more than append, or the type cannot be appended to. */
  public static Optional<String> of(DataType declared, String base, String ours, String theirs) {
    if (base == null || ours == null || theirs == null) {
      return Optional.empty();
    }
    DataType type = declared.base();
    return switch (type.kind()) {
      case TEXT -> texts(base, ours, theirs);
      case ARRAY -> arrays(base, ours, theirs);
      case JSON, JSON_BINARY -> json(base, ours, theirs);
      default -> Optional.empty();
    };
  }

  private static Optional<String> texts(String base, String ours, String theirs) {
    return ours.startsWith(base) && theirs.startsWith(base)
        ? Optional.of(ours + theirs.substring(base.length()))
        : Optional.empty();
  }

  /** Array texts: {@code {a,b}} is {@code {a,b} extended by ",c"} in {@code {a,b,c}}. */
  private static Optional<String> arrays(String base, String ours, String theirs) {
    if (!base.startsWith("{")) {
      return Optional.empty();
    }
    String start = base.substring(0, base.length() - 1);
    boolean empty = base.equals("{}");
    if (!extendsArray(ours, start, empty) || !extendsArray(theirs, start, empty)) {
      return Optional.empty();
    }
    String oursWithoutEnd = ours.substring(0, ours.length() - 1);
    String added = theirs.substring(start.length());
    return Optional.of(oursWithoutEnd + (empty ? "," : "") + added);
  }

  private static boolean extendsArray(String longer, String start, boolean empty) {
    return longer.startsWith(start)
        && longer.length() > start.length() + 1
        && (empty || longer.charAt(start.length()) == ',');
  }

  private static Optional<String> json(String base, String ours, String theirs) {
    JsonNode b = JsonDocuments.read(base).orElse(null);
    JsonNode o = JsonDocuments.read(ours).orElse(null);
    JsonNode t = JsonDocuments.read(theirs).orElse(null);
    if (!(b instanceof ArrayNode start)
        || !(o instanceof ArrayNode left)
        || !(t instanceof ArrayNode right)
        || !startsWith(left, start)
        || !startsWith(right, start)) {
      return Optional.empty();
    }
    ArrayNode all = left.deepCopy();
    for (int i = start.size(); i < right.size(); i++) {
      all.add(right.get(i));
    }
    return Optional.of(JsonText.compact(all));
  }

  private static boolean startsWith(ArrayNode longer, ArrayNode start) {
    if (longer.size() < start.size()) {
      return false;
    }
    for (int i = 0; i < start.size(); i++) {
      if (!JsonDocuments.same(longer.get(i), start.get(i))) {
        return false;
      }
    }
    return true;
  }
}
