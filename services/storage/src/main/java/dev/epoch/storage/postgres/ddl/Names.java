package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.object.ObjectName;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names as PostgreSQL reads them: quoted where they need it. */
final class Names {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_$]*");

  /** All keywords of PostgreSQL 14 to 18 that cannot stand for every name. */
  private static final Set<String> KEYWORDS =
      Set.of(
          ("all analyse analyze and any array as asc asymmetric authorization between bigint binary bit "
                  + "boolean both case cast char character check coalesce collate collation column "
                  + "concurrently constraint create cross current_catalog current_date current_role "
                  + "current_schema current_time current_timestamp current_user dec decimal default "
                  + "deferrable desc distinct do else end except exists extract false fetch float for "
                  + "foreign freeze from full grant greatest group grouping having ilike in initially "
                  + "inner inout int integer intersect interval into is isnull join json json_array "
                  + "json_arrayagg json_exists json_object json_objectagg json_query json_scalar "
                  + "json_serialize json_table json_value lateral leading least left like limit "
                  + "localtime localtimestamp merge_action national natural nchar none normalize not "
                  + "notnull null nullif numeric offset on only or order out outer overlaps overlay "
                  + "placing position precision primary real references returning right row select "
                  + "session_user setof similar smallint some substring symmetric system_user table "
                  + "tablesample then time timestamp to trailing treat trim true union unique user using "
                  + "values varchar variadic verbose when where window with xmlattributes xmlconcat "
                  + "xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize "
                  + "xmltable")
              .split(" "));

  private Names() {}

  static String quote(String name) {
    return PLAIN.matcher(name).matches() && !KEYWORDS.contains(name)
        ? name
        : "\"" + name.replace("\"", "\"\"") + "\"";
  }

  static String list(Collection<String> names) {
    return names.stream().map(Names::quote).collect(Collectors.joining(", "));
  }

  static String literal(String text) {
    String quoted = "'" + text.replace("'", "''") + "'";
    return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
  }

  /** A grantee: {@code PUBLIC} is no name. */
  static String role(String role) {
    return role.equals("PUBLIC") ? role : quote(role);
  }

  /** With its schema. */
  static String of(ObjectName name) {
    String last = quote(name.name());
    return name.schema().isEmpty() ? last : quote(name.schema()) + "." + last;
  }

  /** A part that stands in the schema of an object: an index. */
  static String beside(ObjectName object, String name) {
    return of(new ObjectName(object.schema(), name));
  }

  /** A routine: its arguments are types and stay as they are. */
  static String routine(ObjectName name) {
    int arguments = name.name().indexOf('(');
    return arguments < 0
        ? of(name)
        : of(new ObjectName(name.schema(), name.name().substring(0, arguments)))
            + name.name().substring(arguments);
  }

  /** {@code schema.table.column}. */
  static String column(String path) {
    int last = path.lastIndexOf('.');
    int first = path.indexOf('.');
    return of(new ObjectName(path.substring(0, first), path.substring(first + 1, last)))
        + "."
        + quote(path.substring(last + 1));
  }
}
