package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogCommandTest extends CommandTest {
  private static final String SHOP =
      """
      {"id": "shop", "name": "Shop", "description": "Chairs", "default_branch_id": "main",
       "created_at": "2026-11-25T03:00:00Z"}
      """;
  private static final String BRANCH =
      """
      {"id": "spring", "database_id": "shop", "name": "spring", "status": "active",
       "commit_hash": "abcdef1234567890"}
      """;
  private static final String SCHEMA =
      """
      {"id": "shop-schema", "branch_id": "main", "classes": [
        {"id": "class-chair", "name": "Chair", "properties": [{"id": "price"}, {"id": "name"}],
         "relationships": [{"id": "legs"}], "derived": []}]}
      """;
  private static final String CHAIR =
      """
      {"id": "chair-1", "branch_id": "main", "class": "class-chair",
       "properties": {"price": 299.90, "name": "Oak"},
       "relationships": {"legs": {"materialized_ids": ["leg-1", "leg-2"]}}}
      """;
  private static final String FOUND =
      """
      {"configuration": {"id": "artifact-1",
        "resolved_domains": {"chair-1": {"lower": 1, "upper": 1}, "leg-1": {"lower": 4, "upper": 4},
          "leg-2": {"lower": 0, "upper": 0}},
        "solve_metadata": {"solver": {"status": "%s", "objective": -300.50, "best_bound": -290.25,
          "notes": %s}}},
       "derived_properties": {}}
      """;
  private static final String CONFLICTS =
      """
      [{"conflict_type": "InstanceConflict", "resource_id": "chair-1",
        "description": "Both changed property 'price'"}]
      """;

  @Test
  void listsWithAndWithoutItsName() {
    server.on("GET /databases", "[" + SHOP + "]");

    String listing =
        """
        ID    BRANCH  NAME  DESCRIPTION
        shop  main    Shop  Chairs
        """;
    prints(listing, "catalog");
    prints(listing, "catalog", "list");
    assertThat(shell.run("catalog", "list", "--format", "json").out()).contains("\"id\": \"shop\"");
  }

  @Test
  void anEmptyListIsNothing() {
    server.on("GET /databases", "[]");

    prints("", "catalog", "list");
  }

  @Test
  void showsTheDefaultBranchUnlessOneIsNamed() {
    server.on("GET /databases/shop", SHOP);
    for (String branch : new String[] {"main", "spring"}) {
      String at = "GET /databases/shop/branches/" + branch;
      server.on(at, BRANCH.replace("spring", branch));
      server.on(at + "/schema", SCHEMA);
      server.on(at + "/instances", "[" + CHAIR + "]");
    }

    String shown =
        """
        Shop, branch BRANCH at abcdef1

        CLASS        NAME   PROPERTIES  RELATIONSHIPS  DERIVED
        class-chair  Chair  2           1              0

        INSTANCE  CLASS
        chair-1   class-chair
        """;
    prints(shown.replace("BRANCH", "main"), "catalog", "show", "shop");
    prints(shown.replace("BRANCH", "spring"), "catalog", "show", "shop", "--branch", "spring");
    assertThat(shell.run("catalog", "show", "shop", "--format", "json").out())
        .contains("\"schema\": {", "\"instances\": [", "\"branch\": {", "\"database\": {");
  }

  @Test
  void showsABranchWithoutCommits() {
    server.on("GET /databases/shop", SHOP);
    server.on(
        "GET /databases/shop/branches/main",
        "{\"id\": \"main\", \"name\": \"main\", \"commit_hash\": null}");
    server.on("GET /databases/shop/branches/main/schema", "{\"classes\": []}");
    server.on("GET /databases/shop/branches/main/instances", "[]");

    prints("Shop, branch main without commits\n", "catalog", "show", "shop");
  }

  @Test
  void showsAnInstance() {
    server.on("GET /databases/shop/instances/chair-1", CHAIR);
    server.on(
        "GET /databases/shop/branches/feature%2Fx/instances/chair-1",
        CHAIR
            .replace("299.90", "5")
            .replaceFirst("(?s)\"relationships.*", "\"relationships\": {}}"));

    prints(
        """
        chair-1, of class-chair

        PROPERTY  VALUE
        price     299.90
        name      Oak

        RELATIONSHIP  INSTANCES
        legs          leg-1, leg-2
        """,
        "catalog",
        "show",
        "shop",
        "--instance",
        "chair-1");
    prints(
        """
        chair-1, of class-chair

        PROPERTY  VALUE
        price     5
        name      Oak
        """,
        "catalog",
        "show",
        "shop",
        "--instance",
        "chair-1",
        "--branch",
        "feature/x");
  }

  @Test
  void validates() {
    server.on(
        "GET /databases/shop/validate",
        """
        {"valid": true, "errors": [], "instance_count": 3, "warnings": [
          {"instance_id": "chair-1", "warning_type": "Quantifier", "message": "has no legs"}]}
        """);
    server.on(
        "GET /databases/shop/branches/spring/validate",
        """
        {"valid": false, "instance_count": 3, "warnings": [], "errors": [
          {"instance_id": "chair-1", "error_type": "MissingRequiredProperty",
           "message": "Required property 'material' is missing"}]}
        """);

    var valid = shell.run("catalog", "validate", "shop");
    assertThat(valid.exitCode()).isZero();
    assertThat(valid.out()).isEqualTo("Valid: 3 instances\n");
    assertThat(valid.err()).isEqualTo("warning: chair-1: has no legs\n");

    var invalid = shell.run("catalog", "validate", "shop", "--branch", "spring");
    assertThat(invalid.exitCode()).isEqualTo(1);
    assertThat(invalid.out())
        .isEqualTo(
            """
            INSTANCE  ERROR                    MESSAGE
            chair-1   MissingRequiredProperty  Required property 'material' is missing
            """);
    assertThat(shell.run("catalog", "validate", "shop", "--branch", "spring", "--format", "json"))
        .satisfies(json -> assertThat(json.exitCode()).isEqualTo(1))
        .satisfies(json -> assertThat(json.out()).contains("\"valid\": false"));
  }

  @Test
  void solves() {
    server.on("POST /databases/shop/instances/chair-1/query", FOUND.formatted("optimal", "[]"));

    prints(
        """
        INSTANCE  COPIES
        chair-1   1
        leg-1     4

        The best configuration: -300.50
        Kept as artifact-1
        """,
        "catalog",
        "solve",
        "shop",
        "chair-1",
        "--weights",
        "price=-1",
        "comfort=0.5,size=2");
    assertThat(server.request("POST /databases/shop/instances/chair-1/query").rawBody())
        .isEqualTo("{\"price\":-1,\"comfort\":0.5,\"size\":2}");
  }

  @Test
  void whatIsNotProvenBestIsSaidToBeSo() {
    server.on(
        "POST /databases/shop/branches/spring/instances/chair-1/query",
        FOUND.formatted("feasible", "[\"Weights were rounded\"]"));

    var result = shell.run("catalog", "solve", "shop", "chair-1", "--branch", "spring");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .contains("The best that was found in time: -300.50; none exceeds -290.25\n");
    assertThat(result.err()).isEqualTo("note: Weights were rounded\n");
    assertThat(
            server
                .request("POST /databases/shop/branches/spring/instances/chair-1/query")
                .rawBody())
        .isEqualTo("{}");
  }

  @Test
  void noConfigurationIsANegativeOutcome() {
    server.on(
        "POST /databases/shop/instances/chair-1/query",
        422,
        """
        {"error": "There is no such configuration. These cannot be had together: a; b",
         "remedy": "Widen a domain, a pool or a quantifier"}
        """);

    fails(
        1,
        """
        error: There is no such configuration. These cannot be had together: a; b
        hint: Widen a domain, a pool or a quantifier
        """,
        "catalog",
        "solve",
        "shop",
        "chair-1");
    assertThat(shell.run("catalog", "solve", "shop", "chair-1", "--format", "json").err())
        .contains("\"error\": \"NoConfigurationError\"", "\"exit_code\": 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "price | 'price' is no weight: --weights takes property=number",
        "=1 | '=1' is no weight: --weights takes property=number",
        "price=cheap | the weight of 'price' is no number: 'cheap'",
        "price= | the weight of 'price' is no number: ''",
        "price=1,price=2 | property 'price' has two weights"
      })
  void refusesWeightsThatMakeNoSense(String weights, String message) {
    fails(
        2, "error: " + message + "\n", "catalog", "solve", "shop", "chair-1", "--weights", weights);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void merges() {
    server.on(
        "POST /databases/shop/branches/spring/merge",
        """
        {"success": true, "conflicts": [], "merged_instances": 2, "merged_schema_changes": true,
         "message": "Successfully merged branch 'spring' into 'main'"}
        """);

    prints(
        "Successfully merged branch 'spring' into 'main': 2 instances\n",
        "catalog",
        "merge",
        "shop",
        "spring");
    shell.run("catalog", "merge", "shop", "spring", "--into", "summer", "--force");
    assertThat(server.requests("POST /databases/shop/branches/spring/merge"))
        .extracting(request -> request.rawBody())
        .containsExactly("{\"force\":false}", "{\"force\":true,\"target_branch_id\":\"summer\"}");
  }

  @ParameterizedTest
  @CsvSource({"text, CONFLICT", "json, \"conflict_type\""})
  void conflictsOfAMergeAreAnOutcome(String format, String expected) {
    server.on(
        "POST /databases/shop/branches/spring/merge",
        409,
        "{\"success\": false, \"message\": \"Cannot merge\", \"conflicts\": " + CONFLICTS + "}");

    var result = shell.run("catalog", "merge", "shop", "spring", "--format", format);

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).contains(expected, "chair-1", "Both changed property 'price'");
    assertThat(result.err().isEmpty()).isEqualTo(format.equals("json"));
  }

  @Test
  void aDryRunChangesNothing() {
    server.on(
        "GET /databases/shop/branches/spring/validate-merge",
        "{\"can_merge\": true, \"conflicts\": [], \"affected_instances\": [\"chair-1\"]}");
    server.on(
        "GET /databases/shop/branches/spring/validate-merge/summer",
        "{\"can_merge\": false, \"affected_instances\": [], \"conflicts\": " + CONFLICTS + "}");

    prints(
        "'spring' can be merged; it affects 1 instance\n",
        "catalog",
        "merge",
        "shop",
        "spring",
        "--dry-run");
    var refused = shell.run("catalog", "merge", "shop", "spring", "--into", "summer", "--dry-run");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.out())
        .isEqualTo(
            """
            CONFLICT          ABOUT    DESCRIPTION
            InstanceConflict  chair-1  Both changed property 'price'
            """);
    assertThat(server.requests()).allMatch(request -> request.line().startsWith("GET "));
  }

  @Test
  void refusesOptionsThatContradictEachOther() {
    fails(
        2,
        "error: --dry-run says what a merge without --force would do\n",
        "catalog",
        "merge",
        "shop",
        "spring",
        "--dry-run",
        "--force");
    fails(
        2,
        "error: --into names the branch to merge into, not --branch\n",
        "catalog",
        "merge",
        "shop",
        "spring",
        "--branch",
        "summer");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void stagesATableAsAClass() {
    shell.inRepository("shop", "feature");
    server.on(
        "POST /databases/shop/schema/classes/from-table",
        201,
        """
        {"class": {"id": "class-products"}, "instances_count": 2, "lost_columns": ["size"]}
        """);

    var result = shell.run("catalog", "class", "from-table", "products");

    assertThat(result.out()).isEqualTo("Staged class-products: 2 instances\n");
    assertThat(result.err()).startsWith("values of size of table 'products' are not known");
    assertThat(server.request("POST /databases/shop/schema/classes/from-table").rawBody())
        .isEqualTo("{\"table\":\"products\",\"repository\":\"shop\",\"ref\":\"feature\"}");
  }

  @Test
  void stagesItElsewhere() {
    shell.inRepository("shop", "feature");
    String address = "POST /databases/furniture/branches/spring/schema/classes/from-table";
    server.on(address, 201, "{\"class\": {\"id\": \"class-chair\"}, \"instances_count\": 1}");

    prints(
        "Staged class-chair: 1 instance\n",
        "catalog",
        "class",
        "from-table",
        "products",
        "--database",
        "furniture",
        "--branch",
        "spring",
        "--at",
        "v1.0.0",
        "--name",
        "Chair");
    assertThat(server.request(address).rawBody())
        .isEqualTo(
            "{\"table\":\"products\",\"repository\":\"shop\",\"ref\":\"v1.0.0\",\"name\":\"Chair\"}");
  }

  @ParameterizedTest
  @CsvSource({"''", "--at=HEAD", "--at=HEAD~1"})
  void aBranchOfTheCatalogSaysNothingAboutRows(String at) {
    shell.inRepository("shop", "feature");

    fails(
        2,
        "error: --branch is a branch of the catalog: say with --at which branch, tag or commit has"
            + " the rows\n",
        Stream.of("catalog", "class", "from-table", "products", "--branch", "spring", at)
            .filter(word -> !word.isEmpty())
            .toArray(String[]::new));
    assertThat(server.requests()).isEmpty();
  }

  /** Catalogs answer errors in a form of their own; each gets the exit code of its status. */
  @ParameterizedTest
  @CsvSource({
    "404, 3, Database 'shop' not found",
    "409, 4, Branch 'main' has an active working commit",
    "400, 5, A quantifier counts from 0 up",
    "501, 6, There is no solver for this platform"
  })
  void errorsAreToldInTheirWords(int status, int exitCode, String message) {
    server.on("GET /databases/shop/validate", status, "{\"error\": \"" + message + "\"}");

    fails(
        exitCode,
        "error: "
            + message
            + "\nhint: 'epoch catalog list' and 'epoch catalog show <database>' show what there"
            + " is\n",
        "catalog",
        "validate",
        "shop");
  }

  @Test
  void errorsOfTheRestOfTheServerStayAsTheyAre() {
    server.on(
        "GET /databases",
        401,
        "{\"error\": \"UnauthorizedError\", \"message\": \"A key is needed\"}");

    var result = shell.run("catalog");

    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.err()).startsWith("error: A key is needed\nhint: 'epoch auth login'");
  }
}
