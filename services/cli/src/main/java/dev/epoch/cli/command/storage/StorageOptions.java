package dev.epoch.cli.command.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.client.transport.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Settings of a storage backend on the command line, and the configuration they make. */
final class StorageOptions {

  @Option(names = "--url", paramLabel = "<url>", description = "Everything as one URL.")
  private String url;

  @Option(names = "--host", paramLabel = "<host>", description = "Host of the database.")
  private String host;

  @Option(names = "--port", paramLabel = "<port>", description = "Port of the database.")
  private Integer port;

  @Option(
      names = "--database",
      paramLabel = "<database>",
      description = "Name of the database; for sqlite, its file.")
  private String database;

  @Option(names = "--schema", paramLabel = "<schema>", description = "Schema (postgresql).")
  private String schema;

  @Option(names = "--username", paramLabel = "<user>", description = "User of the database.")
  private String username;

  @Option(names = "--ssl-mode", paramLabel = "<mode>", description = "How TLS is used.")
  private String sslMode;

  @Option(
      names = {"--path", "--base-path"},
      paramLabel = "<path>",
      description = "File (sqlite) or directory (local).")
  private String path;

  @Option(names = "--journal-mode", paramLabel = "<mode>", description = "Journal (sqlite).")
  private String journalMode;

  @Option(
      names = "--foreign-keys",
      arity = "1",
      paramLabel = "<true|false>",
      description = "Enforce foreign keys (sqlite).")
  private Boolean foreignKeys;

  @Option(names = "--bucket", paramLabel = "<bucket>", description = "Bucket (s3, gcs).")
  private String bucket;

  @Option(names = "--region", paramLabel = "<region>", description = "Region (s3).")
  private String region;

  @Option(names = "--endpoint", paramLabel = "<url>", description = "Endpoint (s3).")
  private String endpoint;

  @Option(
      names = {"--path-prefix", "--prefix"},
      paramLabel = "<prefix>",
      description = "Prefix of all objects (s3, azureblob, gcs).")
  private String prefix;

  @Option(
      names = {"--path-style", "--force-path-style"},
      description = "Buckets in the path (s3).")
  private boolean pathStyle;

  @Option(names = "--account", paramLabel = "<account>", description = "Account (azureblob).")
  private String account;

  @Option(names = "--container", paramLabel = "<name>", description = "Container (azureblob).")
  private String container;

  @Option(names = "--account-key", paramLabel = "<key>", description = "Key (azureblob).")
  private String accountKey;

  @Option(names = "--sas-token", paramLabel = "<token>", description = "Token (azureblob).")
  private String sasToken;

  @Option(
      names = "--auth-method",
      paramLabel = "<method>",
      description = "How to authenticate (azureblob, gcs).")
  private String authenticationMethod;

  @Option(names = "--project", paramLabel = "<project>", description = "Project (gcs).")
  private String project;

  @Option(
      names = {"--credentials-file", "--key-file"},
      paramLabel = "<path>",
      description = "Key file of a service account (gcs).")
  private String credentialsFile;

  @Option(
      names = "--credentials",
      paramLabel = "<type>",
      description =
          "Where credentials come from: environment, aws-profile, gcp-service-account,"
              + " azure-managed-identity or vault.")
  private String credentials;

  @Option(names = "--profile", paramLabel = "<name>", description = "Profile (aws-profile).")
  private String profile;

  @Option(names = "--client-id", paramLabel = "<id>", description = "Client (managed identity).")
  private String clientId;

  @Option(names = "--vault-path", paramLabel = "<path>", description = "Secret (vault).")
  private String vaultPath;

  @Option(names = "--vault-role", paramLabel = "<role>", description = "Role (vault).")
  private String vaultRole;

  @Option(names = "--ssh-host", paramLabel = "<host>", description = "Host to tunnel through.")
  private String tunnelHost;

  @Option(names = "--ssh-port", paramLabel = "<port>", description = "Its port.")
  private Integer tunnelPort;

  @Option(names = "--ssh-user", paramLabel = "<user>", description = "User there.")
  private String tunnelUser;

  @Option(names = "--ssh-key", paramLabel = "<path>", description = "Private key for it.")
  private String tunnelKey;

  @Option(
      names = "--option",
      paramLabel = "<key=value>",
      description = "Any other setting of the backend; may be repeated.")
  private Map<String, String> others = new LinkedHashMap<>();

  /** Everything as one URL, or null. */
  String url() {
    return url;
  }

  /**
   * The configuration of a backend.
   *
   * @throws CommandFailure if something is missing that the backend cannot do without
   */
  ObjectNode config(String backend) {
    ObjectNode config = Json.object();
    boolean sqlite = backend.equals("sqlite");
    put(config, "url", url);
    put(config, "host", host);
    put(config, "port", port);
    put(config, "database", sqlite ? null : database);
    put(config, "schema", schema);
    put(config, "username", username);
    put(config, backend.equals("postgresql") ? "sslmode" : "ssl_mode", sslMode);
    String file = path == null ? database : path;
    put(config, "path", sqlite ? absolute(file) : path);
    put(config, "journal_mode", journalMode);
    put(config, "foreign_keys", foreignKeys);
    put(config, "bucket", bucket);
    put(config, "region", region);
    put(config, "endpoint", endpoint);
    put(config, "prefix", prefix);
    put(config, "force_path_style", pathStyle ? true : null);
    put(config, "account", account);
    put(config, "container", container);
    put(config, "access_key", accountKey);
    put(config, "sas_token", sasToken);
    put(config, "auth_method", authenticationMethod);
    put(config, "project", project);
    put(config, "credentials_file", credentials == null ? credentialsFile : null);
    putIfFilled(config, "credentials", credentials());
    putIfFilled(config, "ssh_tunnel", tunnel());
    others.forEach(config::put);
    require(backend, config);
    return config;
  }

  /** The server stands in another folder. */
  private static String absolute(String file) {
    return file == null || file.startsWith(":")
        ? file
        : Path.of(file).toAbsolutePath().normalize().toString();
  }

  private ObjectNode credentials() {
    ObjectNode source = Json.object();
    put(source, "type", credentials);
    put(source, "profile", profile);
    put(source, "key_file", credentials == null ? null : credentialsFile);
    put(source, "client_id", clientId);
    put(source, "vault_path", vaultPath);
    put(source, "vault_role", vaultRole);
    return source;
  }

  private ObjectNode tunnel() {
    ObjectNode tunnel = Json.object();
    put(tunnel, "host", tunnelHost);
    put(tunnel, "port", tunnelPort);
    put(tunnel, "user", tunnelUser);
    put(tunnel, "key_file", tunnelKey);
    return tunnel;
  }

  private static void require(String backend, ObjectNode config) {
    switch (backend) {
      case "postgresql", "mysql", "mssql" -> {
        if (!config.has("url") && !(config.has("host") && config.has("database"))) {
          throw CommandFailure.usage(backend + " needs --url, or --host and --database");
        }
      }
      case "sqlite" -> require(config, "path", "sqlite needs --path or --database");
      case "s3", "gcs" -> require(config, "bucket", backend + " needs --bucket");
      case "azure" -> {
        require(config, "account", "azureblob needs --account");
        require(config, "container", "azureblob needs --container");
      }
      case "local" -> require(config, "path", "local needs --base-path");
      default -> throw new IllegalArgumentException(backend);
    }
  }

  private static void require(ObjectNode config, String field, String message) {
    if (!config.has(field)) {
      throw CommandFailure.usage(message);
    }
  }

  private static void put(ObjectNode node, String field, String value) {
    if (value != null) {
      node.put(field, value);
    }
  }

  private static void put(ObjectNode node, String field, Integer value) {
    if (value != null) {
      node.put(field, value);
    }
  }

  private static void put(ObjectNode node, String field, Boolean value) {
    if (value != null) {
      node.put(field, value);
    }
  }

  private static void putIfFilled(ObjectNode node, String field, ObjectNode value) {
    if (!value.isEmpty()) {
      node.set(field, value);
    }
  }
}
