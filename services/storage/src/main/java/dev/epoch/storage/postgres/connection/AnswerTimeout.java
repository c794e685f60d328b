package dev.epoch.storage.postgres.connection;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.Connection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection that brings nothing for a while, so that whatever is waited for on it fails
 * as when the server had gone. It stands before the client's codec, which would send its farewell
 * and wait for the answers that do not come.
 */
final class AnswerTimeout extends IdleStateHandler {
  private AnswerTimeout(int seconds) {
    super(seconds, 0, 0, TimeUnit.SECONDS);
  }

  /**
   * @param seconds 0 for no limit
   */
  static void of(SqlConnection connection, int seconds) {
    Connection physical = ((SqlConnectionInternal) connection).unwrap().unwrap();
    if (seconds > 0 && physical instanceof SocketConnectionBase socket) {
      socket
          .socket()
          .channelHandlerContext()
          .pipeline()
          .addBefore("codec", "answer-timeout", new AnswerTimeout(seconds));
    }
  }

  @Override
  protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
    context.close();
  }
}
