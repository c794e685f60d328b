package dev.epoch.storage.mysql;

import com.mysql.cj.jdbc.MysqlDataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.location.TrustedAuthorities;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** Connections of one database, each to an address that was looked up and allowed for it. */
final class MysqlConnections {
  private static final Duration IDLE = Duration.ofSeconds(10);

  /** What sessions of Epoch's assume, whatever the server's defaults are. */
  private static final String SESSION =
      String.join(
          ",",
          "sql_mode='STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
          "time_zone='+00:00'",
          "innodb_lock_wait_timeout=1",
          "lock_wait_timeout=3",
          "foreign_key_checks=1",
          "unique_checks=1",
          "group_concat_max_len=1048576");

  private MysqlConnections() {}

  static DataSource source(MysqlSettings settings, AddressRules addresses) {
    return new Looking(settings, addresses);
  }

  static HikariDataSource pool(MysqlSettings settings, DataSource source) {
    HikariConfig pool = new HikariConfig();
    pool.setDataSource(source);
    pool.setPoolName("mysql");
    pool.setMaximumPoolSize(settings.poolSize());
    pool.setMinimumIdle(0);
    pool.setIdleTimeout(IDLE.toMillis());
    pool.setInitializationFailTimeout(-1);
    pool.setConnectionTimeout(settings.connectTimeout().toMillis() + 1_000);
    return new HikariDataSource(pool);
  }

  /** Looks the host up for each connection. */
  private static final class Looking extends MysqlDataSource {
    private static final long serialVersionUID = 1;

    private final transient MysqlSettings settings;
    private final transient AddressRules addresses;
    private transient Path trusted;

    Looking(MysqlSettings settings, AddressRules addresses) {
      this.settings = settings;
      this.addresses = addresses;
    }

    @Override
    public Connection getConnection() throws SQLException {
      return open().getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
      return getConnection();
    }

    private MysqlDataSource open() throws SQLException {
      MysqlDataSource source = new MysqlDataSource();
      source.setServerName(address());
      source.setPort(settings.port());
      source.setDatabaseName(settings.database());
      source.setUser(settings.username());
      source.setPassword(settings.password());
      source.setSslMode(settings.tls().name());
      // the password is not sent in clear text; what is exchanged for it is not protected, either
      source.setAllowPublicKeyRetrieval(settings.tls() == TlsMode.DISABLED);
      source.setConnectTimeout((int) settings.connectTimeout().toMillis());
      source.setCharacterEncoding("UTF-8");
      source.setCharacterSetResults("UTF-8");
      source.setSessionVariables(SESSION);
      source.setTinyInt1isBit(false);
      source.setYearIsDateType(false);
      source.setUseServerPrepStmts(false);
      source.setRewriteBatchedStatements(true);
      source.setAllowLoadLocalInfile(false);
      source.setTcpKeepAlive(true);
      if (settings.authority().isPresent()) {
        source.setTrustCertificateKeyStoreUrl(trusted().toUri().toString());
        source.setTrustCertificateKeyStoreType("PKCS12");
        source.setTrustCertificateKeyStorePassword("");
        source.setFallbackToSystemTrustStore(false);
      }
      return source;
    }

    /** A certificate names a host; all else goes to the address that was allowed. */
    private String address() {
      try {
        InetAddress address = addresses.lookUp(settings.host());
        return settings.tls() == TlsMode.VERIFY_IDENTITY
            ? settings.host()
            : address.getHostAddress();
      } catch (UnknownHostException e) {
        throw new StorageUnavailableException(
            "Nobody knows the host " + settings.host(), "Correct the host of the storage", e);
      }
    }

    private synchronized Path trusted() {
      if (trusted == null) {
        trusted = TrustedAuthorities.keyStore(settings.authority().orElseThrow());
      }
      return trusted;
    }
  }
}
