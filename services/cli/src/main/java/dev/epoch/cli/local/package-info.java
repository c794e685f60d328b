/** The server on this machine that {@code epoch local} starts and stops. */
package dev.epoch.cli.local;
