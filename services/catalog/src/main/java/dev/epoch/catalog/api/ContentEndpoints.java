package dev.epoch.catalog.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.record.CommittedRecords;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.JsonFields;
import dev.epoch.catalog.resolve.ResolvedView;
import dev.epoch.catalog.resolve.Resolver;
import dev.epoch.catalog.store.CatalogChanges;
import dev.epoch.catalog.store.CatalogException;
import dev.epoch.catalog.store.Place;
import dev.epoch.catalog.table.TableClass;
import dev.epoch.catalog.validate.Validator;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * Classes and instances of a branch as it stands, with what is staged there; whatever changes them
 * is staged. The same below a database (its default branch), a branch, and a working commit.
 */
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public abstract class ContentEndpoints {
  /** Of a table that becomes a class: all of them are in memory. */
  private static final int MOST_ROWS = 50_000;

  protected final CatalogRequest request;

  protected ContentEndpoints(CatalogRequest request) {
    this.request = request;
  }

  private CatalogChanges changes() {
    return request.catalog().changes();
  }

  @GET
  @Path("schema")
  @Operation(summary = "Get the classes")
  public Response schema() {
    return Answers.ok(() -> {
      Place place = request.place();
      return Views.schema(
          place.repository().name(), place.branch().id(), request.working(place).content());
    });
  }

  @POST
  @Path("schema")
  @Operation(
      summary = "Stage several classes at once",
      description =
          "{\"id\": ..., \"classes\": [...]}; a class that is there is replaced, others stay.")
  public Response putSchema(JsonNode body) {
    return Answers.created(() -> {
      CatalogChanges.Staged staged = changes().putSchema(request.place(), body, request.author());
      return Views.schema(
          staged.place().repository().name(), staged.place().branch().id(), staged.content());
    });
  }

  @POST
  @Path("schema/classes")
  @Operation(
      summary = "Stage a new class",
      description = "Its id is made from its name: Chair is class-chair.")
  public Response createClass(JsonNode body) {
    return Answers.created(
        () -> changes().createClass(request.place(), body, request.author()).madeClass().toJson());
  }

  @POST
  @Path("schema/classes/from-table")
  @Operation(
      summary = "Stage a table as a class",
      description =
          "{\"table\": \"products\", \"repository\": ..., \"ref\": ..., \"name\": ...}: columns are properties, rows at the ref instances, product 7 is products-7. Without a repository, that of the database; without a ref, the branch there that whoever asks works on; without a name, the class has that of the table. Asked again, class and instances are brought to what the table says: what else they have stays, and instances go whose rows are gone.")
  public Response fromTable(JsonNode body) {
    return Answers.created(() -> {
      JsonFields fields =
          new JsonFields(body, "body").allow(Set.of("table", "repository", "ref", "name"));
      String table = fields.requiredText("table");
      String name = fields.text("name");
      Place place = request.place();
      CommittedRecords records =
          request.table(fields.text("repository"), table, fields.text("ref"), MOST_ROWS + 1);
      if (records.records().size() > MOST_ROWS) {
        throw new CatalogException(
            400,
            "Table '" + table + "' has more than " + MOST_ROWS + " rows",
            "Make a smaller table of those that are to be chosen from");
      }
      SortedMap<String, ObjectNode> rows = new TreeMap<>();
      records.records().forEach(each -> rows.put(each.key(), each.record()));
      CatalogChanges.Staged staged =
          changes()
              .putTable(
                  place,
                  new TableClass(name == null ? table : name, table, records.schema(), rows),
                  request.author());
      ClassDef made = staged.madeClass();
      ObjectNode json = CatalogJson.object();
      json.set("class", made.toJson());
      json.put("instances_count", staged.content().instancesOf(made.id()).size());
      json.set("lost_columns", CatalogJson.texts(records.lost()));
      return json;
    });
  }

  @GET
  @Path("schema/classes/{class_id}")
  @Operation(summary = "Get a class")
  public Response getClass(@PathParam("class_id") String id) {
    return Answers.ok(
        () -> CatalogChanges.classOf(request.working(request.place()).content(), id).toJson());
  }

  @PATCH
  @Path("schema/classes/{class_id}")
  @Operation(
      summary = "Stage a change of a class",
      description = "Fields that are given replace what was, whole lists included.")
  public Response patchClass(@PathParam("class_id") String id, JsonNode body) {
    return Answers.ok(() ->
        changes().patchClass(request.place(), id, body, request.author()).madeClass().toJson());
  }

  @DELETE
  @Path("schema/classes/{class_id}")
  @Operation(summary = "Stage the deletion of a class")
  public Response deleteClass(@PathParam("class_id") String id) {
    return Answers.ok(() -> {
      changes().deleteClass(request.place(), id, request.author());
      return Views.deleted("Class", "deleted_class_id", id);
    });
  }

  @GET
  @Path("instances")
  @Operation(
      summary = "List instances, with relationships resolved",
      description =
          "class: only those of this class. expand: only these relationships, separated by commas. depth: so many levels of the instances behind them.")
  public Response instances(
      @QueryParam("class") String classId,
      @QueryParam("expand") String expand,
      @QueryParam("depth") Integer depth) {
    return Answers.ok(() -> {
      Place place = request.place();
      Resolver resolver = request.working(place);
      CatalogContent content = resolver.content();
      List<Instance> chosen =
          classId == null
              ? List.copyOf(content.instances().values())
              : content.instancesOf(classId);
      return Views.instances(
          resolver,
          place.branch().id(),
          chosen,
          CatalogRequest.names(expand),
          CatalogRequest.depth(depth));
    });
  }

  @POST
  @Path("instances")
  @Operation(summary = "Stage a new instance")
  public Response createInstance(JsonNode body) {
    return Answers.created(() -> {
      CatalogChanges.Staged staged =
          changes().createInstance(request.place(), body, request.author());
      return staged.madeInstance().toJson(staged.place().branch().id());
    });
  }

  @GET
  @Path("instances/{id}")
  @Operation(
      summary = "Get an instance",
      description =
          "Properties are evaluated, relationships resolved. expand: only these relationships. depth: so many levels of the instances behind them.")
  public Response instance(
      @PathParam("id") String id,
      @QueryParam("expand") String expand,
      @QueryParam("depth") Integer depth) {
    return Answers.ok(() -> {
      Place place = request.place();
      Resolver resolver = request.working(place);
      return new ResolvedView(resolver, place.branch().id())
          .of(instance(resolver, id), CatalogRequest.names(expand), CatalogRequest.depth(depth));
    });
  }

  @PATCH
  @Path("instances/{id}")
  @Operation(
      summary = "Stage a change of an instance",
      description =
          "Properties and relationships that are given change, null takes one away, others stay. One that does not exist is created, if its class is given.")
  public Response patchInstance(@PathParam("id") String id, JsonNode body) {
    return Answers.ok(() -> {
      CatalogChanges.Staged staged =
          changes().patchInstance(request.place(), id, body, request.author());
      return staged.madeInstance().toJson(staged.place().branch().id());
    });
  }

  @DELETE
  @Path("instances/{id}")
  @Operation(summary = "Stage the deletion of an instance")
  public Response deleteInstance(@PathParam("id") String id) {
    return Answers.ok(() -> {
      changes().deleteInstance(request.place(), id, request.author());
      return Views.deleted("Instance", "deleted_instance_id", id);
    });
  }

  @GET
  @Path("instances/{id}/derived")
  @Operation(summary = "Compute the derived properties of an instance")
  public Response derived(@PathParam("id") String id) {
    return Answers.ok(() -> {
      Place place = request.place();
      Resolver resolver = request.working(place);
      ObjectNode json = CatalogJson.object();
      json.set(
          "derived",
          new ResolvedView(resolver, place.branch().id()).derived(instance(resolver, id)));
      return json;
    });
  }

  @GET
  @Path("validate")
  @Operation(summary = "Compare all instances with their classes")
  public Response validate() {
    return Answers.ok(
        () -> Validator.validate(request.working(request.place()).content()).toJson());
  }

  @GET
  @Path("instances/{id}/validate")
  @Operation(summary = "Compare an instance with its class")
  public Response validate(@PathParam("id") String id) {
    return Answers.ok(() -> {
      Resolver resolver = request.working(request.place());
      return Validator.validate(resolver.content(), List.of(instance(resolver, id))).toJson();
    });
  }

  private static Instance instance(Resolver resolver, String id) {
    return resolver
        .content()
        .instance(id)
        .orElseThrow(() -> CatalogException.notFound("Instance", id));
  }
}
