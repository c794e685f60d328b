package dev.epoch.model.schema.merge;

import static dev.epoch.model.schema.merge.EditedSchema.list;
import static dev.epoch.model.schema.merge.EditedSchema.name;
import static dev.epoch.model.schema.merge.SchemaParts.defaultOf;
import static dev.epoch.model.schema.merge.SchemaParts.newColumn;
import static dev.epoch.model.schema.merge.SchemaParts.with;
import static dev.epoch.model.schema.merge.SchemaParts.withFreeId;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.Privilege;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Short texts that change a schema; what they are stands above the cases, in schema-merges.txt. */
final class SchemaEdits {
  private final EditedSchema schema;
  private final String idPrefix;

  /**
   * @param idPrefix what ids of new columns begin with
   */
  SchemaEdits(DatabaseSchema start, String idPrefix) {
    this.schema = new EditedSchema(start, idPrefix);
    this.idPrefix = idPrefix;
  }

  static DatabaseSchema apply(DatabaseSchema start, String idPrefix, String edits) {
    SchemaEdits schema = new SchemaEdits(start, idPrefix);
    for (String edit : edits.split(";")) {
      if (!edit.isBlank()) {
        schema.apply(edit.strip());
      }
    }
    return schema.schema();
  }

  DatabaseSchema schema() {
    return schema.schema();
  }

  TableDefinition table(String name) {
    return schema.table(name);
  }

  static Matcher match(String pattern, String edit) {
    Matcher matcher = Pattern.compile(pattern).matcher(edit);
    return matcher.matches() ? matcher : null;
  }

  void apply(String edit) {
    Matcher m;
    if ((m = match("\\+T (\\w+)\\((.*)\\)", edit)) != null) {
      schema.createTable(m.group(1), m.group(2));
    } else if ((m = match("-([TEVFSDCX]) (\\w+)", edit)) != null) {
      schema.drop(m.group(1), m.group(2));
    } else if ((m = match("([+~]?)E (\\w+)\\((.*)\\)", edit)) != null) {
      schema.put(new EnumType(name(m.group(2)), list(m.group(3)), null, List.of()));
    } else if ((m = match("E (\\w+) \\+ (\\w+)(?: after (\\w+))?", edit)) != null) {
      schema.addLabel(m.group(1), m.group(2), m.group(3));
    } else if ((m = match("E (\\w+) - (\\w+)", edit)) != null) {
      schema.removeLabel(m.group(1), m.group(2));
    } else if ((m = match("[+~](pk|uq|ck|ex|fk) (\\w+)\\.(\\w+)\\((.*?)\\) ?(.*)", edit)) != null) {
      schema.constraint(m.group(1), m.group(2), m.group(3), list(m.group(4)), m.group(5));
    } else if ((m = match("[+~]ix (\\w+)\\.(\\w+)\\((.*?)\\)(?: where (.*))?", edit)) != null) {
      schema.index(m.group(1), m.group(2), list(m.group(3)), m.group(4));
    } else if ((m = match("[+~]tr (\\w+)\\.(\\w+) (.*)", edit)) != null) {
      schema.trigger(m.group(1), m.group(2), m.group(3));
    } else if ((m = match("[+~]po (\\w+)\\.(\\w+) (.*)", edit)) != null) {
      schema.policy(m.group(1), m.group(2), m.group(3));
    } else if ((m = match("-(pk|uq|ck|ex|fk|ix|tr|po) (\\w+)\\.(\\w+)", edit)) != null) {
      schema.dropPart(m.group(2), m.group(3));
    } else if ((m = match("[+~]V (\\w+)\\((.*?)\\) (.*)", edit)) != null) {
      schema.view(m.group(1), list(m.group(2)), m.group(3));
    } else if ((m = match("[+~]F (\\w+)\\(\\) (.*)", edit)) != null) {
      schema.put(
          new FunctionDefinition(
              name(m.group(1)),
              FunctionDefinition.Routine.FUNCTION,
              m.group(2),
              "integer",
              null,
              List.of(),
              Set.of()));
    } else if ((m = match("[+~]S (\\w+) (\\d+)", edit)) != null) {
      schema.put(
          new SequenceDefinition(
              name(m.group(1)),
              "bigint",
              new SequenceOptions(1, Long.parseLong(m.group(2)), 1, 1_000, 1, false),
              null,
              null,
              List.of()));
    } else if ((m = match("[+~]D (\\w+) (\\w+)(!?)", edit)) != null) {
      schema.put(
          new DomainType(
              name(m.group(1)),
              m.group(2),
              m.group(3).isEmpty(),
              null,
              List.of(),
              null,
              null,
              List.of(),
              Set.of()));
    } else if ((m = match("[+~]C (\\w+)\\((.*)\\)", edit)) != null) {
      schema.composite(m.group(1), m.group(2));
    } else if ((m = match("[+~]X (\\w+) (\\S+)", edit)) != null) {
      schema.put(new Extension(new ObjectName("", m.group(1)), m.group(2), "public", null));
    } else {
      column(edit);
    }
  }

  private void column(String edit) {
    Matcher m;
    if ((m = match("\\+(\\w+)\\.(.*)", edit)) != null) {
      ColumnDefinition column = newColumn(m.group(2), idPrefix);
      schema.columns(m.group(1), columns -> columns.add(withFreeId(column, columns)));
    } else if ((m = match("-(\\w+)\\.(\\w+)", edit)) != null) {
      schema.dropColumn(m.group(1), m.group(2));
    } else if ((m = match("(\\w+)\\.(\\w+) > (\\w+)", edit)) != null) {
      schema.rename(m.group(1), m.group(2), m.group(3));
    } else if ((m = match("(\\w+)\\.(\\w+) : (\\w+)", edit)) != null) {
      String type = m.group(3);
      schema.change(
          m.group(1),
          m.group(2),
          c -> with(c, c.name(), type, c.nullable(), c.defaultValue(), c.comment()));
    } else if ((m = match("(\\w+)\\.(\\w+) ([!?])", edit)) != null) {
      boolean nullable = m.group(3).equals("?");
      schema.change(
          m.group(1),
          m.group(2),
          c -> with(c, c.name(), c.type(), nullable, c.defaultValue(), c.comment()));
    } else if ((m = match("(\\w+)\\.(\\w+) =(.*)", edit)) != null) {
      ColumnDefault value = defaultOf(m.group(3).strip());
      schema.change(
          m.group(1),
          m.group(2),
          c -> with(c, c.name(), c.type(), c.nullable(), value, c.comment()));
    } else if ((m = match("(\\w+)\\.(\\w+) # (.*)", edit)) != null) {
      String comment = m.group(3);
      schema.change(
          m.group(1),
          m.group(2),
          c -> with(c, c.name(), c.type(), c.nullable(), c.defaultValue(), comment));
    } else if ((m = match("(\\w+) # (.*)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      schema.put(
          SchemaParts.table(
              t, t.columns(), t.rowSecurity(), m.group(2), t.privileges(), t.storageParameters()));
    } else if ((m = match("(\\w+) rls (\\w+)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      schema.put(
          SchemaParts.table(
              t,
              t.columns(),
              TableDefinition.RowSecurity.valueOf(m.group(2)),
              t.comment(),
              t.privileges(),
              t.storageParameters()));
    } else if ((m = match("(\\w+) grant (\\w+) (\\w+)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      List<Privilege> privileges = new ArrayList<>(t.privileges());
      privileges.add(new Privilege(m.group(2), m.group(3), List.of(), false));
      schema.put(
          SchemaParts.table(
              t, t.columns(), t.rowSecurity(), t.comment(), privileges, t.storageParameters()));
    } else if ((m = match("(\\w+) revoke (\\w+) (\\w+)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      List<Privilege> privileges = new ArrayList<>(t.privileges());
      privileges.remove(new Privilege(m.group(2), m.group(3), List.of(), false));
      schema.put(
          SchemaParts.table(
              t, t.columns(), t.rowSecurity(), t.comment(), privileges, t.storageParameters()));
    } else if ((m = match("(\\w+) with (\\w+)=(\\w+)", edit)) != null) {
      TableDefinition t = table(m.group(1));
      Map<String, String> parameters = new TreeMap<>(t.storageParameters());
      parameters.put(m.group(2), m.group(3));
      schema.put(
          SchemaParts.table(
              t, t.columns(), t.rowSecurity(), t.comment(), t.privileges(), parameters));
    } else {
      throw new IllegalArgumentException("not understood: " + edit);
    }
  }
}
