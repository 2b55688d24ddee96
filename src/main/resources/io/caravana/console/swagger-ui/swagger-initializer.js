window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: "/api/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    // a session needs its token; and a refusal is shown here, in place of the browser's own question for a password
    requestInterceptor: (request) => {
      const token = document.cookie.split("; ").find((cookie) => cookie.startsWith("XSRF-TOKEN="));
      if (token) {
        request.headers["X-XSRF-TOKEN"] = decodeURIComponent(token.substring("XSRF-TOKEN=".length));
      }
      // the document names this machine; the page may have been opened by another name
      request.url = request.url.replace(/^https?:\/\/[^/]+/, window.location.origin);
      request.headers["X-Requested-With"] = "XMLHttpRequest";
      return request;
    },
    // the default asks a service on the internet
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
};
