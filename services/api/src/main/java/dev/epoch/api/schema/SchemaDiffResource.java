package dev.epoch.api.schema;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Formats;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.migration.ImpactService;
import dev.epoch.gateway.migration.MigrationService;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.MigrationScript;
import dev.epoch.model.schema.migration.tool.DialectMigration;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.schema.MigrationPrinter;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Schemas that differ, and the migrations between them. */
@Path(ApiPaths.PREFIX + "/schema/diff")
@Tag(name = "Schemas")
@RunOnVirtualThread
public class SchemaDiffResource {
  private final ApiRequest request;

  SchemaDiffResource(ApiRequest request) {
    this.request = request;
  }

  /** Which schemas are compared, and how the answer looks. */
  public static class Selection {
    @Parameter(description = "The first parent of target unless given")
    @QueryParam("base")
    String base;

    @Parameter(description = "HEAD unless given")
    @QueryParam("target")
    String target;

    @Parameter(
        description =
            "The target is what clients of a branch have now: of target, the default branch unless"
                + " given")
    @QueryParam("live")
    Boolean live;

    @Parameter(description = "target is a branch, with what is not committed on it")
    @QueryParam("working")
    Boolean working;

    @Parameter(description = "Only this table, with what it needs")
    @QueryParam("table")
    String table;

    @Parameter(
        description =
            "json; ddl, both ways in brief; script, with headings; flyway and flyway-undo;"
                + " liquibase, formatted SQL; liquibase-xml")
    @QueryParam("format")
    String format;

    @Parameter(
        description =
            "postgresql unless given; mysql: statements of MySQL 8, and what has to be written by"
                + " hand; sqlite: of SQLite, tables rebuilt where it cannot alter them")
    @QueryParam("dialect")
    String dialect;

    @Parameter(
        description =
            "Statements that let writers go on: indexes built concurrently, constraints checked"
                + " afterwards. false: indexes are not built concurrently either.")
    @QueryParam("online")
    Boolean online;

    @Parameter(description = "Count the live rows that are lost, or stand against the change")
    @QueryParam("check_data_impact")
    Boolean checkDataImpact;

    @Parameter(description = "Tell what each statement costs: locks, rewrites, sizes of tables")
    @QueryParam("analyze_impact")
    Boolean analyzeImpact;

    @Parameter(description = "Id of the change set for Liquibase")
    @QueryParam("id")
    String id;
  }

  @GET
  @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
  @Operation(
      summary = "What differs between two schemas, and the migration from one to the other",
      description =
          "Of the registered tables, as the commits know their shapes, or as the databases have"
              + " them now.")
  @APIResponse(
      responseCode = "200",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = SchemaDiffView.class)),
        @Content(mediaType = MediaType.TEXT_PLAIN, schema = @Schema(implementation = String.class))
      })
  public Response get(@BeanParam Selection selection) {
    String format =
        Formats.of(
            selection.format,
            "json",
            "ddl",
            "text",
            "script",
            "flyway",
            "flyway-undo",
            "liquibase",
            "liquibase-xml");
    Optional<MigrationPrinter> printing = printing(selection);
    RepositoryState state = request.state();
    boolean now = Boolean.TRUE.equals(selection.live) || Boolean.TRUE.equals(selection.working);
    MigrationService.Side target;
    CommitState standing;
    String to;
    if (now) {
      BranchState branch =
          selection.target == null && Boolean.TRUE.equals(selection.live)
              ? state.defaultBranch()
              : request.branch(state, selection.target);
      target = new MigrationService.Side.Live(branch);
      standing = state.head(branch);
      to = selection.target == null ? "live" : branch.name();
    } else {
      standing = request.references(state).commit(selection.target);
      target = new MigrationService.Side.Committed(standing);
      to = selection.target == null ? "HEAD" : selection.target;
    }
    CommitState from = from(state, selection, standing, now);
    String label = selection.base == null ? now ? "HEAD" : to + "^" : selection.base;
    MigrationService.Sides sides =
        request
            .server()
            .migrations()
            .sides(state, new MigrationService.Side.Committed(from), target);
    DatabaseSchema before = sides.before();
    DatabaseSchema after = sides.after();
    boolean json = format.equals("json");
    Migration migration =
        request
            .server()
            .migrations()
            .between(state, before, after, selection.table, options(selection.online, format));
    MigrationScript script =
        new MigrationScript(
            migration,
            request.server().schemas().dialect(),
            label,
            to,
            MigrationService.defaultSchema(state));
    if (printing.isPresent()) {
      DialectMigration other = printing.get().print(migration.difference(), before, after);
      return json
          ? Response.ok(
                  SchemaDiffView.of(script, sides.hash().hex()).in(other),
                  MediaType.APPLICATION_JSON_TYPE)
              .build()
          : Response.ok(
                  text(other, format, label, to, selection.id),
                  MediaType.TEXT_PLAIN_TYPE.withCharset("utf-8"))
              .build();
    }
    if (json) {
      SchemaDiffView view = SchemaDiffView.of(script, sides.hash().hex());
      return Response.ok(
              impact(selection, state, before, script, view), MediaType.APPLICATION_JSON_TYPE)
          .build();
    }
    if (selection.checkDataImpact != null || selection.analyzeImpact != null) {
      throw new InvalidRequestException(
          FieldProblem.query("value_error", "format", "Impacts are told in json"));
    }
    String text =
        switch (format) {
          case "flyway" -> script.flyway();
          case "flyway-undo" -> script.flywayUndo();
          case "liquibase" -> script.liquibase(id(selection.id)).sql();
          case "liquibase-xml" -> script.liquibase(id(selection.id)).xml();
          case "script" -> script.file(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
          default -> script.brief();
        };
    return Response.ok(text, MediaType.TEXT_PLAIN_TYPE.withCharset("utf-8")).build();
  }

  private SchemaDiffView impact(
      Selection selection,
      RepositoryState state,
      DatabaseSchema before,
      MigrationScript script,
      SchemaDiffView view) {
    ImpactService impacts = request.server().schemaImpacts();
    SchemaDiffView told = view;
    if (Boolean.TRUE.equals(selection.checkDataImpact)) {
      told = told.withDataImpact(impacts.rows(state, script.migration(), before));
    }
    if (Boolean.TRUE.equals(selection.analyzeImpact)) {
      told = told.withImpact(script, impacts.sizes(state, script.migration()));
    }
    return told;
  }

  private CommitState from(
      RepositoryState state, Selection selection, CommitState target, boolean now) {
    if (selection.base != null) {
      return request.references(state).commit(selection.base);
    }
    if (now || target.root()) {
      return target;
    }
    return state.commits().byId().get(target.parents().getFirst());
  }

  /** Tools that run a file as one transaction get none that cannot. */
  private static MigrationOptions options(Boolean online, String format) {
    if (Boolean.TRUE.equals(online)) {
      return MigrationOptions.ONLINE;
    }
    boolean script = !format.startsWith("flyway") && !format.startsWith("liquibase");
    return online == null && script ? MigrationOptions.SCRIPT : MigrationOptions.TRANSACTIONAL;
  }

  /** Empty for PostgreSQL, whose impacts and online statements the others do not have. */
  private Optional<MigrationPrinter> printing(Selection selection) {
    String dialect =
        selection.dialect == null ? "postgresql" : selection.dialect.toLowerCase(Locale.ROOT);
    if (dialect.equals("postgresql")) {
      return Optional.empty();
    }
    Map<String, MigrationPrinter> printers =
        request.server().backends().adapters().migrationPrinters();
    if (!printers.containsKey(dialect)) {
      throw new InvalidRequestException(
          FieldProblem.query("enum", "dialect", "Should be postgresql, mysql or sqlite"));
    }
    if (selection.online != null
        || selection.checkDataImpact != null
        || selection.analyzeImpact != null) {
      throw new InvalidRequestException(
          FieldProblem.query(
              "value_error", "dialect", "online and impacts are for postgresql alone"));
    }
    return Optional.of(printers.get(dialect));
  }

  private static String id(String given) {
    return given == null ? "1" : given;
  }

  private static String text(
      DialectMigration migration, String format, String from, String to, String id) {
    return switch (format) {
      case "flyway" -> migration.flyway(from, to, false);
      case "flyway-undo" -> migration.flyway(from, to, true);
      case "liquibase" -> migration.liquibase(id(id), from, to).sql();
      case "liquibase-xml" -> migration.liquibase(id(id), from, to).xml();
      default -> migration.text(from, to);
    };
  }
}
