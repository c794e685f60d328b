package dev.epoch.model.value;

import dev.epoch.events.table.DataType;
import java.util.ArrayList;
import java.util.List;

/** {@code (1,"a b",)} with canonical fields. */
final class CanonicalComposite implements CanonicalForm {
  private final List<CanonicalForm> fields;

  CanonicalComposite(DataType type) {
    fields = type.fields().stream().map(field -> Values.form(field.type())).toList();
  }

  @Override
  public String canonical(String text) {
    List<String> values = CompositeText.parse(text, fields.size());
    List<String> canonical = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      String value = values.get(i);
      canonical.add(value == null ? null : fields.get(i).canonical(value));
    }
    return CompositeText.print(canonical);
  }
}
