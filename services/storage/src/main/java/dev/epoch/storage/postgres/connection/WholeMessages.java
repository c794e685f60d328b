package dev.epoch.storage.postgres.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.Connection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionInternal;

/**
 * Hands on the messages of PostgreSQL's protocol (a type of one byte, a length of four that counts
 * itself, the rest) when they are whole.
 *
 * <p>The client's decoder can wait for the rest of a message by itself. But it copies all that it
 * has after each sixteenth piece: of a row of 100 MB, which comes in pieces of 64 KB, 5 GB. Here
 * each byte of a message that comes in pieces is copied about twice.
 */
final class WholeMessages extends ChannelInboundHandlerAdapter {
  private static final int HEADER = 5;
  private static final int LEAST_LENGTH = 4;
  private static final int FIRST_CAPACITY = 1 << 20;

  /** The message whose rest has not come yet; null if there is none. */
  private ByteBuf begun;

  /** Of the begun message with its type; unknown as long as it is 0. */
  private int size;

  /** The server does not speak the protocol: that is for the decoder to say. */
  private boolean lost;

  /** Puts one before the decoder of a new connection. */
  static void of(SqlConnection connection) {
    Connection physical = ((SqlConnectionInternal) connection).unwrap().unwrap();
    if (physical instanceof SocketConnectionBase socket) {
      ChannelPipeline pipeline = socket.socket().channelHandlerContext().pipeline();
      pipeline.addBefore("codec", "whole-messages", new WholeMessages());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (lost || !(message instanceof ByteBuf in)) {
      context.fireChannelRead(message);
      return;
    }
    try {
      if (begun == null || isCompletedBy(in)) {
        handOnBegun(context);
        int whole = wholeMessages(in);
        if (whole > 0) {
          context.fireChannelRead(in.readRetainedSlice(whole));
        }
        if (in.isReadable()) {
          begin(context, in);
        }
      }
      if (lost) {
        handOnBegun(context);
        if (in.isReadable()) {
          context.fireChannelRead(in.readRetainedSlice(in.readableBytes()));
        }
      }
    } finally {
      in.release();
    }
  }

  private void handOnBegun(ChannelHandlerContext context) {
    if (begun != null) {
      ByteBuf whole = begun;
      begun = null;
      context.fireChannelRead(whole);
    }
  }

  /** How many bytes the whole messages have that come next. */
  private static int wholeMessages(ByteBuf in) {
    int whole = 0;
    while (in.readableBytes() - whole >= HEADER) {
      int length = in.getInt(in.readerIndex() + whole + 1);
      if (length < LEAST_LENGTH || length >= in.readableBytes() - whole) {
        return whole;
      }
      whole += length + 1;
    }
    return whole;
  }

  private void begin(ChannelHandlerContext context, ByteBuf in) {
    size = 0;
    begun = context.alloc().heapBuffer(Math.max(HEADER, in.readableBytes()));
    isCompletedBy(in);
  }

  /** Takes what belongs to the begun message. */
  private boolean isCompletedBy(ByteBuf in) {
    if (size == 0) {
      begun.writeBytes(in, Math.min(in.readableBytes(), HEADER - begun.readableBytes()));
      if (begun.readableBytes() < HEADER) {
        return false;
      }
      int length = begun.getInt(begun.readerIndex() + 1);
      if (length < LEAST_LENGTH || length == Integer.MAX_VALUE) {
        lost = true;
        return false;
      }
      size = length + 1;
    }
    int taken = Math.min(in.readableBytes(), size - begun.readableBytes());
    makeRoom(begun.readableBytes() + taken);
    begun.writeBytes(in, taken);
    return begun.readableBytes() == size;
  }

  /** Doubles what there is; a buffer by itself would grow by 4 MiB at most. */
  private void makeRoom(int bytes) {
    if (bytes > begun.capacity()) {
      long wanted = Math.max(Math.max(bytes, FIRST_CAPACITY), 2L * begun.capacity());
      begun.capacity((int) Math.min(wanted, size));
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (begun != null) {
      begun.release();
      begun = null;
    }
  }
}
