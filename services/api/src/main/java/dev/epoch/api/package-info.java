/**
 * The REST API: what a request says, what the services make of it, what is answered.
 *
 * <p>Each resource has a package: the class of its paths (the only ones that know JAX-RS methods),
 * bodies of requests and views of answers together. Beside them stand
 *
 * <pre>
 *   request    who asks for what, pages, limits: what all requests share
 *   answer     forms of answers
 *   json       how JSON is read and written
 *   error      the one table from failures to status, wire name and body
 * </pre>
 */
package dev.epoch.api;
