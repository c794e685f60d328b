/** What is refused, and how, before a request reaches the API. */
package dev.epoch.server.http;
