"""One small factory a model. Each makes its thing through the service that makes the real one."""
