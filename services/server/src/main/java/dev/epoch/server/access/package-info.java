/** Who may reach the server, and with which key. */
package dev.epoch.server.access;
