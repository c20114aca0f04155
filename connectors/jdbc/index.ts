export { AivenJdbcSourceConnector, JdbcSourceConnector } from './source/jdbc-source-connector.ts'
